"""What drift is, and what mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from newapi.update import drift
from newapi.update.drift import File
from tests.unit import sample


@pytest.mark.parametrize(
    ("is_on", "fix"),
    [
        (True, "Restore them from git, or newapi remove docker"),
        (False, "Restore them from git"),
    ],
)
def test_only_features_that_are_on_can_be_removed(tmp_path: Path, *, is_on: bool, fix: str) -> None:
    known = sample.catalog(tmp_path / "template")
    given = {name: question.off for name, question in known.questions.items()}

    found = drift.reasons([File("docker.txt", "deleted")], known, {**given, "docker": is_on})

    assert [reason.fix for reason in found] == [fix]


def test_deleted_tests_are_no_drift(tmp_path: Path) -> None:
    known = sample.catalog(tmp_path / "template")
    given = {name: question.off for name, question in known.questions.items()}
    files = [
        File("tests/api/v1/test_items.py", "deleted"),
        File("tests/test_main.py", "replaced"),
        File("tests/conftest.py", "deleted"),
    ]

    found = [reason.message for reason in drift.reasons(files, known, given)]

    assert [message.rpartition(": ")[2] for message in found] == [
        "tests/conftest.py.",
        "tests/test_main.py.",
    ]


def test_long_lists_are_cut(tmp_path: Path) -> None:
    known = sample.catalog(tmp_path / "template")
    given = {name: question.off for name, question in known.questions.items()}
    files = [File(f"app/{number}.py", "deleted") for number in range(9)]

    (reason,) = drift.reasons(files, known, given)

    assert reason.message.endswith("app/4.py and 4 more.")
