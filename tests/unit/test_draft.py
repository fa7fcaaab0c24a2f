"""While questions are asked the answers always fit together; the latest one counts."""

from __future__ import annotations

import pytest

from newapi.questions.draft import Draft
from newapi.template.catalog import Catalog, Value


def draft(catalog: Catalog, preset: str = "minimal", **fixed: Value) -> Draft:
    flags = {name: f"--{'with' if value else 'without'} {name}" for name, value in fixed.items()}
    return Draft(catalog, preset, {}, fixed, flags)


def test_what_an_answer_needs_is_switched_on_aloud(small: Catalog) -> None:
    found = draft(small)

    notes = found.answer(small.questions["sharing"], value=True)

    assert notes == ["sharing needs items: switched on", "sharing needs auth: switched on"]
    assert found.resolution.answers["auth"] is True
    assert not found.resolution.changes


def test_what_needs_a_feature_goes_with_it_aloud(small: Catalog) -> None:
    found = draft(small, "full")

    notes = found.answer(small.questions["auth"], value=False)

    assert "items needs auth: switched off" in notes
    assert "sharing needs auth: switched off" in notes
    assert not found.resolution.changes


def test_latest_answer_counts(small: Catalog) -> None:
    found = draft(small)
    found.answer(small.questions["auth"], value=False)
    found.answer(small.questions["items"], value=True)
    found.answer(small.questions["auth"], value=False)

    answers = found.resolution.answers
    assert (answers["auth"], answers["items"]) == (False, False)


def test_flag_stands_against_an_answer(small: Catalog) -> None:
    with pytest.raises(ValueError, match="items needs auth, but --without auth was given"):
        draft(small, auth=False).answer(small.questions["items"], value=True)
    with pytest.raises(ValueError, match="--with items was given, and items needs auth"):
        draft(small, items=True).answer(small.questions["auth"], value=False)


def test_flags_are_not_asked(small: Catalog) -> None:
    names = [question.name for question in draft(small, auth=True, ci="github").open]

    assert "auth" not in names
    assert "ci" not in names
    assert "items" in names
