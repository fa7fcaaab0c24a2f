"""A project's name is a folder, a distribution and a word in a shell, everywhere."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from newapi.questions import names
from tests.matrix import ROOT
from tests.unit import sample


@pytest.mark.parametrize("name", ["demo", "My.Project_2", "a", "A1", "x" * 64, "api-v2", "jsonapi"])
def test_name_is_accepted(name: str) -> None:
    assert names.check(name) is None


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", " x ", ".", "..", "~", "-rf", "--help", "--upload-pack=x", "1st", "a b", "a/b"),
        *("naïve", "ﬁle", "項目", "🚀", "a.", "a-", "a_", "x" * 65, "x" * 300, "x" * 5000),
        *(
            "a\x1b[2J",
            "a\x1b]8;;http://x\x07",
            "a\r",
            "a\n",
            "a\0",
            "a\u202e",
            "a\u200b",
            "{{ 7*7 }}",
        ),
    ],
)
def test_name_against_the_rule_is_refused(name: str) -> None:
    problem = names.check(name)

    assert problem is not None
    assert "starts with a letter" in problem.message
    assert problem.message.isprintable()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        *((word, "keyword") for word in ("class", "None", "import", "Async")),
        *((word, "standard library") for word in ("json", "site", "Email")),
        *(
            (word, "projects depend on a package")
            for word in ("fastapi", "Redis", "celery", "authlib", "click", "jwt", "yaml")
        ),
        *((word, "has a folder") for word in ("app", "tests", "test", "site-packages")),
        *((word, "Windows") for word in ("con", "NUL", "aux.py", "com1", "lpt9", "prn")),
    ],
)
def test_taken_name_is_refused_with_the_reason_and_another(name: str, reason: str) -> None:
    problem = names.check(name)

    assert problem is not None
    assert reason in problem.message
    assert problem.fix == f"newapi create {names.slug(name)}-api"


@given(st.sampled_from(sorted(names.known_dependencies())))
def test_no_dependency_is_a_name_and_the_proposal_is_one(name: str) -> None:
    problem = names.check(name)

    assert problem is not None
    assert names.check(problem.fix.removeprefix("newapi create ")) is None


@pytest.mark.parametrize("word", keyword.kwlist)
def test_no_keyword_is_a_name(word: str) -> None:
    assert names.check(word) is not None


@pytest.mark.parametrize(
    "name",
    [
        "opentelemetry",
        "con." + "x" * 60,
        "celery ",
        "re.dis",
        "pydantic.core",
        "Typing__Extensions",
    ],
)
def test_what_is_proposed_can_be_used(name: str) -> None:
    problem = names.check(name)

    if problem is not None:
        assert names.check(problem.fix.removeprefix("newapi create ")) is None


def test_names_are_compared_as_distributions_are() -> None:
    for name in ("typing-extensions", "Typing__Extensions", "typing.extensions"):
        assert names.check(name) is not None


def test_repaired_name_is_no_dependency_of_the_template() -> None:
    problem = names.check("Widgets!", {"widgets"})

    assert problem is not None
    assert problem.fix == "newapi create widgets-api"


def test_recorded_dependencies_hold_all_requirements_of_the_template() -> None:
    found = names.dependencies(ROOT)

    assert {"redis", "celery", "authlib", "aiomysql", "asyncpg", "pytest", "pre-commit"} <= found
    assert found <= names.known_dependencies()


def test_recorded_dependencies_are_normalized() -> None:
    known = names.known_dependencies()

    assert {"certifi", "colorama", "jwt", "yaml"} <= known
    assert {name for name in known if canonicalize_name(name) != name} == set()


def test_dependency_of_the_template_is_refused(tmp_path: Path) -> None:
    root = sample.write(tmp_path)
    part = root / "features/auth/pyproject.toml.jinja"
    part.parent.mkdir()
    part.write_text("    \"Some_Driver[fast,tls] ~= 2.0; python_version < '3.13'\",\n")

    found = names.dependencies(root)

    assert found == {"fastapi-slim", "some-driver"}
    assert names.check("FastAPI_slim", found) is not None
    assert names.check("fastapi-slimmer", found) is None


def test_template_without_dependencies_reserves_nothing(tmp_path: Path) -> None:
    assert names.dependencies(tmp_path) == frozenset()

    (tmp_path / "template").mkdir()
    (tmp_path / "template/pyproject.toml").write_text("{% if x %}")

    assert names.dependencies(tmp_path) == frozenset()


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("demo", "demo"),
        ("a/b/c", "c"),
        ("x/", "x"),
        ("../x", "x"),
        ("/tmp/x//", "x"),
        ("/", ""),
        ("a/..", ".."),
    ],
)
def test_last_part_of_a_path_is_the_name(target: str, name: str) -> None:
    assert names.last_part(target) == name


@given(st.text())
def test_proposed_name_is_a_name(anything: str) -> None:
    problem = names.check(anything)

    if problem is not None:
        assert names.check(problem.fix.removeprefix("newapi create ")) is None


@given(st.from_regex(r"[A-Za-z][A-Za-z0-9._-]{0,63}", fullmatch=True))
def test_accepted_name_makes_a_valid_distribution(name: str) -> None:
    if names.check(name) is None:
        assert re.fullmatch(r"[a-z]([a-z0-9-]*[a-z0-9])?", names.slug(name))
