"""Answers are complete, in the right order of precedence, and can be given again."""

from __future__ import annotations

import shlex

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newapi.questions import answers, choices
from newapi.template.catalog import Catalog, Value

GIT = {"author_name": "Ada", "author_email": "ada@example.org"}


def test_every_question_is_answered(small: Catalog) -> None:
    found = answers.complete({"project_name": "demo"}, "standard", GIT, small).answers

    assert list(found) == list(small.questions)
    assert found["project_title"] == "demo"
    assert found["author_name"] == "Ada"
    assert found["jobs"] == "celery"


def test_preset_wins_over_defaults_and_hand_over_both(small: Catalog) -> None:
    minimal = answers.complete({}, "minimal", {}, small).answers
    by_hand = answers.complete({"docker": True}, "minimal", GIT, small).answers

    assert (minimal["auth"], minimal["docker"], minimal["author_name"]) == (False, False, "")
    assert (by_hand["docker"], by_hand["author_name"]) == (True, "Ada")


def test_default_may_refer_to_another_answer(small: Catalog) -> None:
    on = answers.complete({"auth": True}, "", {}, small).answers
    off = answers.complete({"auth": False}, "", {}, small).answers

    assert (on["items"], off["items"]) == (True, False)


def test_replay_is_short_when_nothing_was_changed(small: Catalog) -> None:
    found = answers.complete({"project_name": "demo"}, "standard", GIT, small).answers

    command = answers.replay("x/demo", found, "standard", GIT, small)

    assert shlex.join(command) == "newapi create x/demo --preset standard"


def test_replay_names_what_was_changed(small: Catalog) -> None:
    changed: dict[str, Value] = {
        "project_name": "demo",
        "ci": "gitlab",
        "auth": False,
        "database": "mysql",
        "description": "It's {{ mine }}",
    }
    found = answers.complete(changed, "standard", GIT, small).answers

    command = answers.replay("demo", found, "standard", GIT, small)

    assert shlex.join(command) == (
        "newapi create demo --preset standard --with gitlab --without auth,items"
        """ --set 'description=It'"'"'s {{ mine }}' --set database=mysql"""
    )


def test_replay_of_a_path_with_a_dash_is_no_flag(small: Catalog) -> None:
    found = answers.complete({"project_name": "demo"}, "standard", {}, small).answers

    assert "./-x/demo" in answers.replay("-x/demo", found, "standard", {}, small)


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_replay_reproduces_the_same_answers(small: Catalog, data: st.DataObject) -> None:
    printable = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)
    possible: dict[str, st.SearchStrategy[Value]] = {
        q.name: st.sampled_from(q.values) if q.values else printable
        for q in small.questions.values()
        if q.name not in {"project_name", "author_email"}
    }
    chosen = data.draw(st.fixed_dictionaries({}, optional=possible))
    preset = data.draw(st.sampled_from(sorted(small.presets)))
    first = answers.complete({"project_name": "demo", **chosen}, preset, GIT, small)

    words = iter(answers.replay("demo", first.answers, preset, GIT, small)[3:])
    flags: dict[str, list[str]] = {"--preset": [], "--with": [], "--without": [], "--set": []}
    for word in words:
        flags[word].append(next(words))
    again = choices.read(
        choices.Choices(
            name="demo",
            enabled=tuple(flags["--with"]),
            disabled=tuple(flags["--without"]),
            settings=tuple(flags["--set"]),
        ),
        small,
    )

    if not first.conflicts:
        assert not again.problems
        second = answers.complete(again.values, flags["--preset"][0], GIT, small)
        assert second.answers == first.answers
        assert not second.conflicts
