"""Every mistake in the flags is found at once, and each says what mends it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newapi.project.answers_file import Answers
from newapi.questions import answers, choices
from newapi.questions.choices import Choices, Given
from newapi.template.catalog import Catalog
from newapi.terminal import text


def read(catalog: Catalog, **typed: Any) -> Given:
    return choices.read(replace(Choices(), **typed), catalog)


def problems(catalog: Catalog, **typed: Any) -> list[tuple[str, str]]:
    return [(p.message, p.fix) for p in read(catalog, **typed).problems]


def test_flags_answer_questions(small: Catalog) -> None:
    found = read(
        small,
        name="demo",
        enabled=("auth, celery", "ci=gitlab"),
        disabled=("docker",),
        settings=("database=mysql", "description=a=b"),
    )

    assert not found.problems
    assert found.values == {
        "project_name": "demo",
        "auth": True,
        "jobs": "celery",
        "ci": "gitlab",
        "docker": False,
        "database": "mysql",
        "description": "a=b",
    }


def test_value_of_a_choice_can_be_switched_off(small: Catalog) -> None:
    assert read(small, disabled=("github",)).values == {"ci": "none"}
    assert read(small, disabled=("jobs",)).values == {"jobs": "none"}


def test_flags_win_over_the_file_and_the_name_too(small: Catalog) -> None:
    file = {"project_name": "old", "auth": "false", "database": "mysql"}

    found = read(small, name="new", enabled=("auth",), file=Answers(file))

    assert not found.problems
    assert found.values == {"project_name": "new", "auth": True, "database": "mysql"}


def test_json_is_held_to_its_types(small: Catalog) -> None:
    wrong: dict[str, str | bool] = {"auth": "true", "description": True, "database": "mysql"}

    found = read(small, file=Answers(wrong, is_json=True))

    assert found.values == {"database": "mysql"}
    assert [problem.message for problem in found.problems] == [
        "auth 'true' must be true or false, without quotation marks.",
        "description 'true' must be a text, in quotation marks.",
    ]


def test_all_mistakes_are_found_at_once(small: Catalog) -> None:
    found = problems(
        small,
        name="class",
        preset="stan",
        enabled=("dokcer", "auth"),
        disabled=("auth", "nothing"),
        settings=("databse=x", "database=postgre", "auth", "author_email=foo", "docker=maybe"),
        file=Answers({"colour": "red"}),
    )

    assert [message for message, _ in found] == [
        "There is no preset 'stan'. Did you mean standard?",
        "There is no question 'colour' in the answers file.",
        "'class' cannot be a project's name: it is a Python keyword.",
        "There is no feature 'dokcer'. Did you mean docker?",
        "--with auth and --without auth contradict each other.",
        "There is no feature 'nothing'.",
        "There is no question 'databse'. Did you mean database?",
        "database 'postgre' must be one of sqlite, postgres, mysql (did you mean postgres?).",
        "--set auth has no value.",
        "author_email 'foo' is not an e-mail address (like ada@example.org).",
        "docker 'maybe' must be true or false.",
    ]
    assert all(fix for _, fix in found)


@pytest.mark.parametrize(
    ("typed", "fix"),
    [
        ({"preset": "stan"}, "--preset standard"),
        ({"preset": "zzz"}, "--preset minimal|standard|full"),
        ({"enabled": ("dokcer",)}, "--with docker"),
        ({"disabled": ("dokcer",)}, "--without docker"),
        ({"enabled": ("none",)}, "--with jobs=none or --with ci=none"),
        ({"enabled": ("ci=hub",)}, "--set ci=none|github|gitlab"),
        ({"settings": ("auth=perhaps",)}, "--set auth=true|false"),
        ({"settings": ("auth",)}, "--set QUESTION=VALUE"),
        ({"settings": ("databse=mysql",)}, "--set database=mysql"),
        ({"disabled": ("database=sqlite",)}, "`newapi features` lists them"),
        ({"disabled": ("ci=gitlab",)}, "--without ci"),
        ({"enabled": ("github", "gitlab")}, "Keep one of them"),
        ({"settings": ("auth=yes",), "disabled": ("auth",)}, "Keep one of them"),
    ],
)
def test_each_mistake_says_what_mends_it(small: Catalog, typed: dict[str, Any], fix: str) -> None:
    assert [found for _, found in problems(small, **typed)] == [fix]


def test_same_thing_twice_is_no_contradiction(small: Catalog) -> None:
    assert not problems(small, enabled=("github", "ci"), settings=("ci=github",))


def test_control_characters_never_reach_a_message(small: Catalog) -> None:
    found = problems(
        small,
        preset="\x1b[2J",
        enabled=("\x1b[2J",),
        settings=("\x1b[2J=1", "author_name=\x1b[2J", "database=\r"),
        file=Answers({"\x07": "\x1b"}),
    )

    assert len(found) == 6
    assert all(message.isprintable() and fix.isprintable() for message, fix in found)


@given(title=st.text(max_size=500))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_printable_text_is_taken_literally(small: Catalog, title: str) -> None:
    found = read(small, settings=(f"project_title={title}",))

    if text.flaw_of_text(title.strip(" ")) or not title.strip(" "):
        assert found.problems
    else:
        assert found.values == {"project_title": title.strip(" ")}


def test_text_may_be_empty_only_where_the_default_is(small: Catalog) -> None:
    assert read(small, settings=("author_name=", "author_email=")).values == {
        "author_name": "",
        "author_email": "",
    }
    assert problems(small, settings=("description= ",))


def test_conflict_names_the_flag_that_switched_off(small: Catalog) -> None:
    found = read(small, enabled=("items",), disabled=("auth",))
    resolution = answers.complete(found.values, "standard", {}, small)

    (problem,) = answers.conflicts(resolution, found.flags)

    assert problem.message == "items needs auth, which is switched off by --without auth."
    assert problem.fix == "--with auth, or --without items"
