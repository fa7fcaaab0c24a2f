"""What happens between an update that was interrupted, or staged, and the next command."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from newapi.update import transaction
from tests.marks import slow_after
from tests.update import child
from tests.update.project import Project

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="signals of POSIX"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

MINE = "mine = 'written meanwhile'\n"


@pytest.fixture
def killed(project: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Project]:
    """Return a function that kills an update before it writes a file."""

    def kill(before: str) -> Project:
        place = transaction._place  # noqa: SLF001 - the moment between two files

        def die(source: Path, target: Path) -> None:
            if target == project.path / before:
                os.kill(os.getpid(), signal.SIGKILL)
            place(source, target)

        with monkeypatch.context() as patch:
            patch.setattr(transaction, "_place", die)
            assert child.fork(0, ["update", str(project.path)]) == -signal.SIGKILL
        return project

    return kill


def append(project: Project, name: str, text: str = MINE) -> None:
    project.write(name, project.read(name) + text)


def line_is_kept(project: Project, *said: str) -> bool:
    """Return whether the user's line is in a file of the project, or in one that was named."""
    named = [Path(word.strip("'\",;:")) for text in said for word in text.split()]
    copies = [path for path in named if path.is_absolute() and path.is_file()]
    inside = [
        path for path in project.path.rglob("*") if path.is_file() and ".git/" not in f"{path}"
    ]
    return any(MINE.strip().encode() in path.read_bytes() for path in (*inside, *copies))


# app/main.py changes in the update; app/support.py is a new path of app/helpers.py
@pytest.mark.parametrize(
    "name", slow_after(2, ["app/main.py", ".env", "README.md", "docs/guide.md", "run.sh"])
)
@pytest.mark.parametrize("way", [("--continue",), ("--abort",), ()])
@pytest.mark.parametrize(
    "moment",
    [
        "alembic/versions/0004_audit.py",
        pytest.param(".copier-answers.yml", marks=pytest.mark.slow),
    ],
)
def test_edit_after_a_kill_is_kept(
    killed: Callable[[str], Project], name: str, way: tuple[str, ...], moment: str
) -> None:
    project = killed(moment)
    before = project.read(name) if (project.path / name).exists() else ""
    project.write(name, before + MINE)

    result = project.update(*way)

    assert result.code in {0, 1, 3}
    assert line_is_kept(project, result.out, result.err)


def test_continue_merges_an_edit_and_names_it(killed: Callable[[str], Project]) -> None:
    project = killed("app/main.py")
    append(project, "app/main.py")

    result = project.update("--continue")

    assert result.code == 0
    text = project.read("app/main.py")
    assert "m = 'third'" in text
    assert text.endswith(MINE)
    assert any("app/main.py" in warning for warning in result.document["warnings"])
    assert "+mine" in project.git("diff", "app/main.py")
    assert "+mine" not in project.git("diff", "--cached", "app/main.py")


def test_continue_puts_a_conflict_beside(killed: Callable[[str], Project]) -> None:
    project = killed("app/main.py")
    project.replace("app/main.py", "m = 3", "m = 'mine'")

    result = project.update("--continue")

    assert result.code == 3
    assert "m = 'mine'" in project.read("app/main.py")
    assert "m = 'second'" in project.read("app/main.py.template-new")
    (conflict,) = [o for o in result.document["outcomes"] if o["action"] == "conflict"]
    assert conflict["beside"] == "app/main.py.template-new"
    assert project.update("--continue").document == result.document


def test_continue_keeps_binary_edits_and_deletions(killed: Callable[[str], Project]) -> None:
    project = killed("README.md")
    project.write("logo.png", b"\x89PNG\0mine")
    (project.path / "app/main.py").unlink(missing_ok=True)

    project.update("--continue")

    assert (project.path / "logo.png").read_bytes() == b"\x89PNG\0mine"
    assert not (project.path / "app/main.py").exists()


def test_continue_does_not_remove_what_was_edited(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = transaction._remove  # noqa: SLF001 - the moment between two files

    def die(folder: Path, path: str) -> None:
        if path == "app/old.py":
            os.kill(os.getpid(), signal.SIGKILL)
        remove(folder, path)

    with monkeypatch.context() as patch:
        patch.setattr(transaction, "_remove", die)
        assert child.fork(0, ["update", str(project.path)]) == -signal.SIGKILL
    append(project, "app/old.py")

    result = project.update("--continue")

    assert project.read("app/old.py").endswith(MINE)
    assert any("app/old.py" in warning for warning in result.document["warnings"])


def test_what_was_staged_after_a_kill_is_kept(killed: Callable[[str], Project]) -> None:
    project = killed("app/main.py")
    text = project.read("app/main.py")
    project.write("app/main.py", text + MINE)
    project.git("add", "app/main.py")
    project.write("app/main.py", text)

    result = project.update("--continue")

    assert "+mine" in project.git("diff", "--cached", "app/main.py")
    assert any("app/main.py" in warning for warning in result.document["warnings"])


def test_abort_names_what_was_staged_only(project: Project) -> None:
    project.update()
    text = project.read("app/main.py")
    append(project, "app/main.py")
    project.git("add", "app/main.py")
    project.write("app/main.py", text)

    result = project.update("--abort")

    (kept,) = result.document["kept"]
    assert Path(kept["beside"]).read_text(encoding="utf-8").endswith(MINE)


def test_abort_takes_the_change_out_of_an_edited_file(project: Project) -> None:
    before = project.read("app/main.py")
    project.update()
    append(project, "app/main.py")

    result = project.update("--abort")

    assert project.read("app/main.py") == before + MINE
    assert [edit["path"] for edit in result.document["kept"]] == ["app/main.py"]
    assert project.git("diff", "--cached", "--name-only") == ""


@pytest.mark.parametrize(
    "moment",
    [
        "app/main.py",
        pytest.param("run.sh", marks=pytest.mark.slow),
        pytest.param(".copier-answers.yml", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("way", ["--continue", "--abort"])
def test_commit_after_a_kill_ends_the_claim(
    killed: Callable[[str], Project], moment: str, way: str
) -> None:
    project = killed(moment)
    project.git("reset", "--quiet", "--hard")
    project.git("clean", "-fdq")
    append(project, "app/main.py")
    project.commit()
    before = project.snapshot()

    result = project.update(way)

    assert (result.code, project.snapshot()) == (1, before)
    assert "committed" in result.document["message"]
    assert project.update("--dry-run").code == 0
    status = project.run("status", str(project.path), "--json").document
    assert not status["interrupted"]
    assert project.update().code == 0
    assert project.read("app/main.py").endswith(MINE)
    assert "m = 'third'" in project.read("app/main.py")


def test_half_an_update_that_was_committed_is_completed(killed: Callable[[str], Project]) -> None:
    project = killed("docs/guide.md")
    project.commit()

    result = project.update()

    assert result.code == 0
    assert (project.path / "docs/guide.md").exists()
    assert "v0.3.0" in project.read(".copier-answers.yml")


def identified(project: Project, *words: str) -> str:
    return project.git("-c", "user.name=A", "-c", "user.email=a@b.c", *words)


def commit_on_another_branch(project: Project) -> None:
    project.git("switch", "--quiet", "--create", "update")
    project.commit()
    project.git("switch", "--quiet", "-")


def stash(project: Project) -> None:
    identified(project, "stash", "--quiet", "--include-untracked")


def reset(project: Project) -> None:
    project.git("reset", "--quiet", "--hard")


def commit(project: Project) -> None:
    project.commit()


def stay_on_another_branch(project: Project) -> None:
    project.git("switch", "--quiet", "--create", "update")
    project.commit()


@pytest.mark.parametrize(
    "event", slow_after(2, [commit_on_another_branch, stash, reset, commit, stay_on_another_branch])
)
@pytest.mark.parametrize("is_edited", [True, False])
def test_abort_of_what_is_gone_is_refused(
    project: Project, event: Callable[[Project], None], *, is_edited: bool
) -> None:
    project.update()
    event(project)
    if is_edited:
        append(project, "app/main.py")
        append(project, "README.md")
    before = project.snapshot()

    result = project.update("--abort")

    assert (result.code, project.snapshot()) == (1, before)
    assert result.document["hint"]


def test_stashed_update_can_be_taken_back_once_it_is_there_again(project: Project) -> None:
    before = project.snapshot()
    project.update()
    stash(project)
    assert project.update("--abort").code == 1
    identified(project, "stash", "pop", "--quiet", "--index")

    assert project.update("--abort").code == 0

    files, index, head = project.snapshot()
    assert (files, index, head) == before


def test_merge_in_progress_comes_first(killed: Callable[[str], Project]) -> None:
    project = killed("app/main.py")
    project.write(".git/MERGE_HEAD", project.git("rev-parse", "HEAD"))
    before = project.snapshot()

    assert project.update("--continue").code == 1
    assert project.update("--abort").code == 1
    assert project.snapshot() == before


def test_permissions_stay_as_the_user_has_them(project: Project) -> None:
    for name, mode in (("app/main.py", 0o600), ("README.md", 0o640), ("app/helpers.py", 0o600)):
        (project.path / name).chmod(mode)
    (project.path / "run.sh").chmod(0o640)
    append(project, "app/helpers.py")
    project.commit()
    project.git("config", "core.fileMode", "true")

    assert project.update().code == 0

    modes = {
        name: (project.path / name).stat().st_mode & 0o777
        for name in ("app/main.py", "README.md", "app/support.py", "run.sh")
    }
    assert modes == {
        "app/main.py": 0o600, "README.md": 0o640, "app/support.py": 0o600, "run.sh": 0o750,
    }  # fmt: skip


def test_edit_while_newapi_is_at_work_is_seen(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = transaction._prepare  # noqa: SLF001 - after the plan, before the journal

    def edit(*arguments: object) -> object:
        append(project, "app/main.py")
        return original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(transaction, "_prepare", edit)

    result = project.update()

    assert result.code == 1
    assert "app/main.py" in result.document["message"]
    assert project.read("app/main.py").endswith(MINE)


@pytest.mark.parametrize("form", ["crlf", "bom"])
def test_answers_file_keeps_its_form(project: Project, form: str) -> None:
    data = project.read(".copier-answers.yml").encode()
    mine = b"\xef\xbb\xbf" + data if form == "bom" else data.replace(b"\n", b"\r\n")
    project.write(".copier-answers.yml", mine)
    project.commit()

    result = project.update()

    written = (project.path / ".copier-answers.yml").read_bytes()
    assert not [text for text in result.document["warnings"] if "by hand" in text]
    assert written.startswith(b"\xef\xbb\xbf") == (form == "bom")
    assert written.count(b"\r\n") == (written.count(b"\n") if form == "crlf" else 0)
    project.commit()
    assert project.update().document["up_to_date"]


@pytest.mark.parametrize("way", ["--continue", "--abort"])
def test_folder_that_became_a_link_after_a_kill(killed: Callable[[str], Project], way: str) -> None:
    project = killed("app/main.py")
    outside = project.path.parent / "shared"
    (project.path / "app").rename(outside)
    (project.path / "app").symlink_to(outside)
    before = {path.name: path.read_bytes() for path in outside.iterdir()}

    result = project.update(way)

    assert result.code in {0, 1, 3}
    assert {path.name: path.read_bytes() for path in outside.iterdir()} == before


def test_change_of_permissions_after_a_kill_is_kept(killed: Callable[[str], Project]) -> None:
    project = killed("app/main.py")
    (project.path / "app/main.py").chmod(0o600)

    assert project.update("--continue").code == 0

    assert (project.path / "app/main.py").stat().st_mode & 0o777 == 0o600
    assert "m = 'third'" in project.read("app/main.py")


@pytest.mark.parametrize("command", [("add", "tags"), ("remove", "items")])
def test_other_commands_keep_an_edit_after_a_kill(
    killed: Callable[[str], Project], command: tuple[str, ...]
) -> None:
    project = killed("app/main.py")
    append(project, "app/main.py")

    result = project.run(*command, "--project", str(project.path), "--json")

    assert result.code == 1
    assert "app/main.py" in result.document["message"]
    assert project.read("app/main.py").endswith(MINE)


@pytest.mark.parametrize("way", ["--continue", "--abort"])
def test_objects_of_a_killed_update_survive_a_collection_of_garbage(
    killed: Callable[[str], Project], way: str
) -> None:
    project = killed("app/main.py")
    append(project, "app/main.py")
    project.git("gc", "--quiet", "--prune=now")

    result = project.update(way)

    assert result.code == 0
    project.git("write-tree")  # fails when an object is missing
