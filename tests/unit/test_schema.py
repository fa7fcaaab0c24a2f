"""The schema of answers accepts what `create` accepts, and refuses what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from newapi.project import answers_file
from newapi.questions import answers, choices, schema
from newapi.questions.choices import Choices
from newapi.template.catalog import Catalog

GOOD: list[dict[str, Any]] = [
    {},
    {"auth": True, "docker": False, "database": "postgres", "ci": "gitlab"},
    {"project_name": "shop", "description": "Größe 👩‍👩‍👧 {{ 7*7 }}", "author_name": ""},
    {"author_email": "ada@example.org"},
    {"author_email": ""},
    {"items": True, "auth": True},
    {"_commit": "v1", "_src_path": "https://example.org/template", "auth": True},
]
BAD: list[Any] = [
    [],
    "auth",
    {"auth": "true"},
    {"auth": 1},
    {"auth": None},
    {"database": "oracle"},
    {"database": True},
    {"description": ""},
    {"description": "  "},
    {"description": "a\u001b[2J"},
    {"description": "a\nb"},
    {"description": "x" * 501},
    {"author_email": "nobody"},
    {"author_email": "a@b@c"},
    {"project_name": "9lives"},
    {"project_name": "a/b"},
    {"project_name": "x" * 65},
    {"colour": "red"},
    {"project_slug": "x"},
    {"items": True, "auth": False},
    {"sharing": True, "auth": False},
]


def flaws(document: object, catalog: Catalog) -> list[str]:
    """Return what newapi has against a document that comes from standard input."""
    found, problems = answers_file.understand(json.dumps(document).encode())
    ours = {k: v for k, v in found.values.items() if not k.startswith("_")}
    file = answers_file.Answers(ours, found.is_json)
    read = choices.read(Choices(file=file), catalog)
    resolution = answers.complete(read.values, catalog.default_preset, {}, catalog)
    conflicts = answers.conflicts(resolution, read.flags)
    return [*problems, *(problem.message for problem in (*read.problems, *conflicts))]


@pytest.fixture(scope="module")
def validator(small: Catalog) -> Draft202012Validator:
    return Draft202012Validator(schema.of_answers(small))


@pytest.mark.parametrize("document", GOOD)
def test_good_answers_are_accepted_by_both(
    validator: Draft202012Validator, small: Catalog, document: object
) -> None:
    assert not flaws(document, small)
    assert validator.is_valid(document)


@pytest.mark.parametrize("document", BAD)
def test_bad_answers_are_refused_by_both(
    validator: Draft202012Validator, small: Catalog, document: object
) -> None:
    assert flaws(document, small)
    assert not validator.is_valid(document)


@given(
    st.dictionaries(
        st.sampled_from(["auth", "items", "sharing", "jobs", "database", "description", "extra"]),
        st.booleans() | st.sampled_from(["none", "celery", "mysql", "a b"]) | st.integers(),
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_answers_are_accepted_by_both_or_by_neither(
    validator: Draft202012Validator, small: Catalog, document: dict[str, Any]
) -> None:
    assert validator.is_valid(document) == (not flaws(document, small))


def test_schemas_are_schemas(catalog: Catalog) -> None:
    Draft202012Validator.check_schema(schema.of_answers(catalog))


def test_every_question_is_described(catalog: Catalog) -> None:
    described = schema.of_answers(catalog)["properties"]

    assert [name for name in described if not name.startswith("_")] == [*catalog.questions]
    for name, question in catalog.questions.items():
        about = described[name]
        assert question.help in about["description"]
        assert about.get("enum", []) == list(question.choices)
    assert described["auth"]["type"] == "boolean"


def test_defaults_are_those_of_the_default_preset(catalog: Catalog) -> None:
    found = schema.of_answers(catalog)
    defaults = {name: about.get("default") for name, about in found["properties"].items()}

    usual = answers.complete({}, catalog.default_preset, {}, catalog).answers
    assert {name: defaults[name] for name in usual} == usual
    assert Draft202012Validator(found).is_valid(usual)
    assert found["x-presets"]["minimal"]["database"] == "sqlite"
