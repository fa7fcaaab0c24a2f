"""Files that use names of an older template are named, with the new names."""

from __future__ import annotations

import pytest

from newapi.project.tree import Entry, Tree
from newapi.update import renamed_names

NAMES = {
    "app.deps.ResourcesDep": "StateDep",
    "app.schemas.Line": "SingleLineStr",
    "people": "users",
    "RATE": "LOGIN_RATE",
}
RENAMES = {"app/session.py": "app/auth_session.py"}
OLD = """
import app.session
from app.deps import ResourcesDep
from app.schemas import Line
def test(people): RATE
"""
NEW = """
import app.auth_session
from app.deps import StateDep
from app.schemas import SingleLineStr
def test(users): LOGIN_RATE
"""


def code(text: str, path: str = "app/a.py") -> Tree:
    return {path: Entry(text.encode())}


def find(files: Tree, base: str = OLD, theirs: str = NEW) -> list[str]:
    """Return the warnings about files of a project whose template has been renamed."""
    sides = code(base, "app/template.py"), code(theirs, "app/template.py")
    return list(renamed_names.find(files, *sides, NAMES, RENAMES))


def test_file_of_the_user_that_uses_an_old_name_is_named() -> None:
    assert find(code("from app.deps import ResourcesDep", "app/greeting.py")) == [
        "app/greeting.py uses names that the template has renamed: ResourcesDep is now StateDep"
    ]


def test_every_old_name_is_listed_once() -> None:
    text = "from app.schemas import (\n    Line,\n)\nfrom app.deps import ResourcesDep, Line\nLine"

    (warning,) = find(code(text))

    assert warning.endswith("ResourcesDep is now StateDep; Line is now SingleLineStr")


@pytest.mark.parametrize("text", ["import app.session", "from app.session import open_session"])
def test_module_whose_file_was_renamed_counts(text: str) -> None:
    (warning,) = find(code(text))

    assert warning.endswith(": app.session is now app.auth_session")


@pytest.mark.parametrize("text", ["def test(people): ...", "x.people", "f(people=1)"])
def test_fixtures_attributes_and_keywords_count(text: str) -> None:
    (warning,) = find(code(text))

    assert warning.endswith(": people is now users")


@pytest.mark.parametrize("path", [".env", ".env.test", "compose.yaml", "deploy/a.yml", "run.sh"])
def test_environment_variables_count_in_files_of_settings(path: str) -> None:
    (warning,) = find(code("RATE=5/minute\nRATES=1\npeople=2", path))

    assert warning.endswith(": RATE is now LOGIN_RATE")


@pytest.mark.parametrize(
    "text",
    [
        "class Line: ...\nLine",
        "people = 1",
        "from lines import Line",
        "outline = people_of",
        "'people' # people",
        "<<<<<<< mine\nx.people",
    ],
)
def test_same_word_of_something_else_does_not_count(text: str) -> None:
    assert not find(code(text))


def test_words_in_documents_do_not_count() -> None:
    assert not find(code("RATE people ResourcesDep", "README.md"))


def test_file_of_the_template_is_passed_over() -> None:
    assert not find(code(OLD, "app/template.py"), theirs=OLD)


def test_name_that_the_template_still_uses_is_passed_over() -> None:
    assert not find(code("x.people"), theirs=f"{NEW}x.people")


def test_name_that_the_old_template_did_not_use_is_passed_over() -> None:
    assert not find(code("x.people"), base="")


def test_name_in_a_file_of_the_template_that_imports_it_no_longer_counts() -> None:
    (warning,) = find(code(f"{NEW}color: Line", "app/template.py"))

    assert warning.endswith(": Line is now SingleLineStr")


def test_name_in_a_file_of_the_template_that_comes_from_elsewhere_does_not_count() -> None:
    assert not find(code(f"{NEW}from lines import Line\ncolor: Line", "app/template.py"))
