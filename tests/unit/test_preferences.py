"""The last choices are offered again, and nothing else is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from newapi.questions import preferences
from newapi.questions.draft import Draft
from newapi.questions.preferences import LAST, Preferences
from newapi.template.catalog import Catalog, Value


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of the preferences."""
    monkeypatch.setattr(preferences, "path", lambda: tmp_path / "newapi/preferences.json")
    (tmp_path / "newapi").mkdir()
    return preferences.path()


def draft(catalog: Catalog, preset: str = "minimal", **fixed: Value) -> Draft:
    return Draft(catalog, preset, {"author_name": "Ada"}, fixed, dict.fromkeys(fixed, "flag"))


def test_only_what_differs_from_the_preset_is_kept(small: Catalog, file: Path) -> None:
    chosen = draft(small, oauth=True, project_name="demo", description="Secret", ci="gitlab")

    preferences.write(chosen)

    answers: dict[str, Value] = {"auth": True, "oauth": True, "ci": "gitlab"}
    assert json.loads(file.read_text(encoding="utf-8")) == {"preset": "minimal", "answers": answers}
    assert preferences.read(small) == Preferences("minimal", answers)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_author_is_kept_where_git_says_something_else(small: Catalog, file: Path) -> None:
    preferences.write(draft(small, author_name="Bob"))
    assert preferences.read(small).answers == {"author_name": "Bob"}

    preferences.write(draft(small, author_name="Ada"))
    assert preferences.read(small).answers == {}
    assert file.is_file()


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[]", b"null", b"\xff\xfe", b"\0", b"[" * 99_999, b'{"preset": "minimal"}'),
        b'{"answers": [["auth", true]]}',
        b'{"answers": {' + b" " * 200_000 + b"}}",
    ],
)
def test_broken_file_is_refused(small: Catalog, file: Path, content: bytes) -> None:
    file.write_bytes(content)

    with pytest.raises(ValueError, match="not preferences"):
        preferences.read(small)


@pytest.mark.parametrize(
    "answers",
    [
        {"unknown": True},
        {"auth": "true"},
        {"auth": 1},
        {"database": "oracle"},
        {"database": True},
        {"database": ["mysql"]},
        {"project_title": "Secret"},
        {"author_email": "nobody"},
        {"author_name": "a\x1b[2Jb"},
        {"author_name": None},
    ],
)
def test_answers_that_the_template_does_not_know_are_dropped(
    small: Catalog, file: Path, answers: dict[str, object]
) -> None:
    file.write_text(json.dumps({"preset": ["minimal"], "answers": answers}), encoding="utf-8")

    assert preferences.read(small) == Preferences()


def test_nothing_is_remembered_at_first(small: Catalog, file: Path) -> None:
    assert not file.exists()
    assert preferences.read(small) == Preferences()
    preferences.forget()


def test_last_time_stands_before_the_presets(small: Catalog) -> None:
    remembered = Preferences("full", {"oauth": False, "ci": "none", "author_name": "Bob"})

    presets = preferences.presets(small, remembered)

    assert list(presets) == [LAST, "minimal", "standard", "full"]
    assert presets[LAST] == "As last time: full with oauth=no, ci=none"
    assert preferences.default_preset(small, remembered) == LAST


def test_preset_alone_is_only_offered_first(small: Catalog) -> None:
    remembered = Preferences("full", {"author_name": "Bob"})

    assert preferences.presets(small, remembered) == small.presets
    assert preferences.default_preset(small, remembered) == "full"


def test_another_preset_drops_what_the_last_one_had(small: Catalog) -> None:
    remembered = Preferences("minimal", {"oauth": True, "author_name": "Bob"})
    chosen = draft(small)
    preferences.offer(chosen, remembered)

    preferences.start_from(chosen, LAST, remembered)
    assert chosen.resolution.answers["oauth"] is True
    preferences.start_from(chosen, "standard", remembered)

    answers = chosen.resolution.answers
    assert (chosen.preset, answers["oauth"], answers["author_name"]) == ("standard", False, "Bob")


def test_flags_stand_against_what_is_remembered(small: Catalog) -> None:
    remembered = Preferences("minimal", {"auth": True, "oauth": True, "jobs": "celery"})
    chosen = draft(small, auth=False)

    preferences.start_from(chosen, LAST, remembered)

    answers = chosen.resolution.answers
    assert (answers["auth"], answers["oauth"], answers["jobs"]) == (False, False, "celery")
