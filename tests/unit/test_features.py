"""Requirements are switched on and reported; explicit choices are never overruled."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newapi.questions import answers
from newapi.template import features
from newapi.template.catalog import Catalog, Value
from newapi.template.features import Conflict, Resolution


def resolve(given_: dict[str, Value], catalog: Catalog, preset: str = "minimal") -> Resolution:
    return answers.complete(given_, preset, {}, catalog)


def test_requirement_is_switched_on_aloud(small: Catalog) -> None:
    found = resolve({"items": True}, small)

    assert found.answers["auth"] is True
    assert [str(change) for change in found.changes] == ["items needs auth: switched on"]


def test_requirement_of_a_requirement_is_switched_on(small: Catalog) -> None:
    found = resolve({"sharing": True}, small)

    assert (found.answers["items"], found.answers["auth"]) == (True, True)
    assert [change.name for change in found.changes] == ["items", "auth"]


def test_feature_of_the_preset_goes_with_its_requirement(small: Catalog) -> None:
    found = resolve({"auth": False}, small, "full")

    off = [name for name in ("items", "oauth", "sharing") if found.answers[name] is False]
    assert off == ["items", "oauth", "sharing"]
    assert str(found.changes[0]) == "items needs auth: switched off"
    assert not found.conflicts


def test_requirement_switched_off_by_hand_is_a_conflict(small: Catalog) -> None:
    found = resolve({"auth": False, "items": True}, small, "standard")

    assert found.conflicts == (Conflict("items", "auth"),)


def test_conflict_through_a_middle_feature_is_found(small: Catalog) -> None:
    found = resolve({"auth": False, "sharing": True}, small, "full")

    assert found.conflicts == (Conflict("sharing", "auth"),)


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("auth", ("auth", True)),
        ("celery", ("jobs", "celery")),
        ("github", ("ci", "github")),
        ("ci", ("ci", "github")),
        ("jobs", ("jobs", "celery")),
        ("jobs=background", ("jobs", "background")),
        ("postgres", ("database", "postgres")),
    ],
)
def test_word_means_a_question_and_a_value(
    small: Catalog, word: str, meaning: tuple[str, Value]
) -> None:
    assert [(q.name, value) for q, value in features.expand(word, small)] == [meaning]


def test_word_of_several_questions_is_ambiguous(small: Catalog) -> None:
    assert {q.name for q, _ in features.expand("none", small)} == {"jobs", "ci"}
    assert "none" not in features.vocabulary(small)


def test_unknown_word_means_nothing(small: Catalog) -> None:
    assert features.expand("dokcer", small) == []
    assert features.expand("dokcer=1", small) == []


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("dokcer", "docker"),
        ("Auth", "auth"),
        ("celry", "celery"),
        ("git-hub", "github"),
        ("qqqq", ""),
        ("shar", "sharing"),
    ],
)
def test_nearest_word_is_proposed(small: Catalog, word: str, near: str) -> None:
    assert features.nearest(word, features.vocabulary(small)) == near


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_resolution_is_idempotent_and_keeps_what_was_chosen(
    small: Catalog, data: st.DataObject
) -> None:
    chosen = data.draw(
        st.fixed_dictionaries(
            {}, optional={q.name: st.sampled_from(q.values) for q in small.features.values()}
        )
    )
    preset = data.draw(st.sampled_from(sorted(small.presets)))

    first = resolve(chosen, small, preset)
    second = features.resolve(first.answers, chosen.keys(), small)

    assert second.answers == first.answers
    assert not second.changes
    assert {name: first.answers[name] for name in chosen} == chosen
    if not first.conflicts:
        for name, feature in small.features.items():
            if first.answers[name] != feature.off:
                assert all(first.answers[needed] is True for needed in feature.requires)
