"""The schema of answers accepts what `create` accepts, and refuses what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from newapi.project import answers_file
from newapi.questions import answers, choices, names, options, schema
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
    {"_target": "shop", "_with": ["auth"], "_without": ["items"]},
    {"_target": "../shops/my-shop", "_git": False, "_lock": False, "_dry_run": True},
    {"_target": "/srv/shop", "_preset": "minimal", "_with": ["database=postgres"], "_without": []},
    {"_target": "shops/shop/", "_with": ["celery", "mysql"], "auth": True},
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
    {"_target": True},
    {"_target": "shops/9lives"},
    {"_preset": "ful"},
    {"_preset": ["full"]},
    {"_with": "auth"},
    {"_with": ["auht"]},
    {"_with": [True]},
    {"_with": ["auth", None]},
    {"_without": ["database"]},
    {"_git": "no"},
    {"_lock": 0},
    {"_dry_run": None},
    {"_template": "https://example.org/template"},
    {"_ref": "v1"},
    {"_force": True},
]


def flaws(document: object, catalog: Catalog) -> list[str]:
    """Return what newapi has against a document that comes from standard input."""
    found, flaws = answers_file.understand(json.dumps(document).encode())
    provenance = {answers_file.COMMIT, answers_file.SRC_PATH}
    ours = {k: v for k, v in found.values.items() if k not in provenance}
    file, given, problems = options.read(replace(found, values=ours))
    name = None if given.target is None else names.last_part(given.target)
    read = choices.read(Choices(name=name, preset=given.preset, file=file), catalog)
    resolution = answers.complete(read.values, catalog.default_preset, {}, catalog)
    problems += [*read.problems, *answers.conflicts(resolution, read.flags)]
    return [*flaws, *(problem.message for problem in problems)]


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
