"""An update happens wholly or not at all: taken back, or finished, after a kill at any moment."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from newapi.errors import NewapiError
from newapi.project import git
from newapi.update import transaction
from newapi.update.journal import Desk
from tests.update import child
from tests.update.project import Project

KILLS = 40

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="signals of POSIX"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


@pytest.fixture
def edited(project: Project) -> Project:
    """Return a project in which an update makes changes of every kind."""
    project.replace("app/main.py", "m = 3", "mine = True")
    project.replace("app/helpers.py", "h = 4", "mine = True")
    project.replace("local.secret", "l = 3", "mine")
    project.write("logo.png", b"\x89PNG\0mine")
    (project.path / "run.sh").chmod(0o700)
    (project.path / ".env").chmod(0o600)
    project.git("config", "core.fileMode", "false")
    project.commit()
    return project


def outcome(project: Project) -> tuple[object, ...]:
    """Return everything that an update leaves, apart from new secrets."""
    files = {
        name: (mode, content if name != ".env" else len(content))
        for name, (mode, content) in project.files().items()
    }
    return files, project.git("ls-files", "--stage")


def test_abort_restores_everything(edited: Project) -> None:
    before = edited.snapshot()
    edited.update()
    assert edited.snapshot() != before

    result = edited.update("--abort")

    assert result.code == 0
    assert "app/main.py" in result.document["restored"]
    assert edited.snapshot() == before
    assert not list((edited.path / ".git/newapi").glob("*/*"))
    assert edited.git("status", "--porcelain") == ""


def test_abort_keeps_a_copy_of_what_was_edited_meanwhile(edited: Project) -> None:
    before = edited.snapshot()
    edited.update()
    edited.write("app/main.py", "hours of work\n")

    result = edited.update("--abort")

    assert edited.snapshot() == before
    copies = list((edited.path / ".git/newapi/saved").rglob("main.py"))
    assert [copy.read_text() for copy in copies] == ["hours of work\n"]
    assert str(copies[0]) in result.err


def test_update_after_an_abort_is_the_same(edited: Project) -> None:
    edited.update()
    first = outcome(edited)
    edited.update("--abort")

    edited.update()

    assert outcome(edited) == first


def test_continue_after_the_end_reports_again(edited: Project) -> None:
    first = edited.update()

    again = edited.update("--continue")

    assert (again.code, again.document) == (first.code, first.document)


def test_failure_in_the_middle_changes_nothing(
    edited: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = edited.snapshot()
    original = git.Repository.stage
    calls: list[int] = []

    def fail(self: git.Repository, entries: dict[str, list[str]], **options: Path) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise NewapiError("the index is locked", "Wait.")
        original(self, entries, **options)

    monkeypatch.setattr(git.Repository, "stage", fail)
    result = edited.update()

    assert (result.code, len(calls)) == (1, 3)
    assert edited.snapshot() == before
    assert Desk(git.find(edited.path)).read() is None


def test_interruption_in_the_middle_changes_nothing(
    edited: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = edited.snapshot()
    original = transaction._place  # noqa: SLF001 - the moment between two files
    calls: list[int] = []

    def interrupt(source: Path, target: Path) -> None:
        calls.append(1)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        original(source, target)

    monkeypatch.setattr(transaction, "_place", interrupt)

    assert edited.update().code == 130
    assert edited.snapshot() == before


def test_folder_of_ignored_files_in_the_way_is_refused(project: Project) -> None:
    project.write("docs/cache.secret", "mine")
    project.write("docs/guide.md/x.secret", "mine")
    before = project.snapshot()

    result = project.update()

    assert result.code == 3
    assert (project.path / "docs/guide.md/x.secret").read_text() == "mine"
    assert (project.path / "docs/guide.md.template-new").is_file()
    project.update("--abort")
    assert project.snapshot() == before


def kill(project: Project, number: int, *words: str) -> int:
    """Run newapi in a process that kills itself at its n-th change of the file system."""
    code = child.fork(number, [*words, str(project.path), "--json"])
    assert code in {0, 3, -signal.SIGKILL}
    return code


def copy_of(project: Project, name: str) -> Project:
    """Copy a project with its repository."""
    target = project.path.parent / name / "demo"
    shutil.copytree(project.path, target, symlinks=True)
    return Project(target, project.capfd)


def uninterrupted(project: Project) -> tuple[object, ...]:
    """Return the result of an undisturbed update of a copy."""
    whole = copy_of(project, "whole")
    whole.update()
    return outcome(whole)


@pytest.mark.parametrize(
    "way",
    [
        pytest.param("update", marks=pytest.mark.slow),
        pytest.param("--abort", marks=pytest.mark.slow),
        pytest.param("--continue", marks=pytest.mark.long),
    ],
)
def test_every_step_can_be_killed(
    edited: Project, frozen: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWAPI_TEST_RELEASES", str(frozen))
    before = edited.snapshot()
    expected = uninterrupted(edited)
    for number in steps(edited):
        copy = copy_of(edited, str(number))
        assert kill(copy, number, "update") == -signal.SIGKILL
        journal = Desk(git.find(copy.path)).read()
        if way == "--abort":
            assert copy.update("--abort").code == (0 if journal else 1)
            assert copy.snapshot() == before
        elif way == "--continue" and journal:
            assert copy.update("--continue").code == 3
            assert outcome(copy) == expected
        elif journal is None or journal.state == "applying":
            assert copy.update().code == 3
            assert outcome(copy) == expected
        shutil.rmtree(copy.path.parent)


def steps(project: Project) -> list[int]:
    """Return the steps worth being killed at: every one since the journal, a few before."""
    begun, ended = 1, 400
    while begun < ended:
        middle = (begun + ended) // 2
        copy = copy_of(project, f"step-{middle}")
        code = kill(copy, middle, "update")
        if code == -signal.SIGKILL and Desk(git.find(copy.path)).read() is None:
            begun = middle + 1
        else:
            ended = middle
        shutil.rmtree(copy.path.parent)
    found = [*range(1, begun, 7)]
    for number in range(begun, begun + 400):
        copy = copy_of(project, f"step-{number}")
        code = kill(copy, number, "update")
        shutil.rmtree(copy.path.parent)
        if code != -signal.SIGKILL:
            break
        found.append(number)
    assert len(found) > 20
    return found


@pytest.mark.parametrize(
    "way",
    [
        pytest.param("--continue", marks=pytest.mark.slow),
        pytest.param("--abort", marks=pytest.mark.long),
    ],
)
def test_recovery_can_be_killed_too(
    edited: Project, frozen: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWAPI_TEST_RELEASES", str(frozen))
    before = edited.snapshot()
    expected = uninterrupted(edited)
    half = copy_of(edited, "half")
    number = 1
    while True:  # until half of the files are in place
        kill(half, number, "update")
        journal = Desk(git.find(half.path)).read()
        if journal and not (half.path / "app/helpers.py").exists():
            break
        number += 1
        shutil.rmtree(half.path.parent)
        half = copy_of(edited, "half")
    for number in range(1, 400):
        copy = copy_of(half, str(number))
        if kill(copy, number, "update", way) != -signal.SIGKILL:
            break
        if Desk(git.find(copy.path)).read() is not None:
            assert copy.update(way).code in {0, 3}
        assert (copy.snapshot() == before) if way == "--abort" else (outcome(copy) == expected)
        shutil.rmtree(copy.path.parent)


@pytest.mark.long
def test_random_kills(edited: Project, frozen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWAPI_TEST_RELEASES", str(frozen))
    before = edited.snapshot()
    whole = copy_of(edited, "whole")
    started = time.monotonic()
    subprocess.run([sys.executable, child.__file__, "update", str(whole.path)], check=False)
    seconds = time.monotonic() - started
    expected = outcome(whole)
    chance = random.Random(7)
    for number in range(KILLS):
        copy = copy_of(edited, f"random-{number}")
        process = subprocess.Popen(
            [sys.executable, child.__file__, "update", str(copy.path)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(seconds * chance.uniform(0.3, 1.05))
        process.kill()
        process.wait()
        time.sleep(0.1)  # a git that it started may still write
        journal = Desk(git.find(copy.path)).read()
        if journal is not None and number % 2:
            assert copy.update("--continue").code == 3
            assert outcome(copy) == expected
        else:
            copy.update("--abort")
            assert copy.snapshot() == before
        shutil.rmtree(copy.path.parent)
