"""What newapi refuses to update: nothing is touched, and the message says what helps."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from newapi.project.git import find
from newapi.terminal import external_tools
from newapi.terminal.programs import ProgramError
from newapi.update import lock
from newapi.update.journal import Desk
from tests.runs import Result
from tests.update.project import Project

ANSWERS = ".copier-answers.yml"


def refused(project: Project, *words: str, code: int = 1) -> Result:
    """Update, and make sure that nothing was touched."""
    before = project.snapshot()
    state = sorted((project.path / ".git").rglob("newapi/*/*"))

    result = project.update(*words)

    assert result.code == code, result.err
    assert project.snapshot() == before
    assert sorted((project.path / ".git").rglob("newapi/*/*")) == state
    assert result.document["message"]
    return result


def edit(project: Project) -> None:
    project.write("app/main.py", "mine\n")


def add_file(project: Project) -> None:
    project.write("new.txt", "mine\n")


def stage(project: Project) -> None:
    project.write("app/main.py", "mine\n")
    project.git("add", "app/main.py")


@pytest.mark.parametrize("dirty", [edit, add_file, stage])
def test_uncommitted_changes(project: Project, dirty: Callable[[Project], None]) -> None:
    dirty(project)

    assert "not committed" in refused(project).document["message"]


def test_untracked_files_count_even_if_git_is_told_not_to_show_them(project: Project) -> None:
    project.git("config", "status.showUntrackedFiles", "no")
    add_file(project)

    assert "new.txt" in refused(project).document["message"]


def test_merge_under_way(project: Project) -> None:
    (project.path / ".git/MERGE_HEAD").write_text(project.git("rev-parse", "HEAD"))

    assert "merge" in refused(project).document["message"]


def test_no_repository(project: Project) -> None:
    (project.path / ".git").rename(project.path.parent / "gone")

    result = project.update()

    assert result.code == 1
    assert "not in a git repository" in result.document["message"]
    assert "git init" in result.document["hint"]


def test_no_commit(here: Path, project: Project) -> None:
    assert here.is_dir()
    (project.path / ".git").rename(project.path.parent / "gone")
    external_tools.git("init", "--quiet", cwd=project.path)

    result = project.update()

    assert (result.code, "no commit" in result.document["message"]) == (1, True)


def test_missing_answers_file(project: Project) -> None:
    project.git("rm", "--quiet", ANSWERS)
    project.commit()

    assert "not a project of newapi" in refused(project).document["message"]


def test_answers_file_that_git_ignores(project: Project) -> None:
    project.git("rm", "--cached", "--quiet", ANSWERS)
    with (project.path / ".git/info/exclude").open("a") as ignored:
        ignored.write(f"{ANSWERS}\n")
    project.git("commit", "--quiet", "--message", "Ignore it")

    result = refused(project)

    assert "The last commit has no .copier-answers.yml" in result.document["message"]
    assert "git add --force .copier-answers.yml" in result.document["hint"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("auth: true", "auth: maybe", "true or false"),
        ("auth: true", "auth: [", "not valid YAML"),
        ("auth: true", "<<<<<<< HEAD\nauth: true\n=======\n>>>>>>> b", "conflict markers"),
        ("auth: true", "auth: !!python/object:os.system x", "something else than one plain"),
        ("auth: true", "auth: false", "items without auth"),
        ("auth: true", "auth: true\nauth: true", "twice"),
        ("_src_path:", "src:", "does not say where"),
        ("_commit: v0.1.0", "_commit: v0.1.7", "no release"),
        ("_commit: v0.1.0", "_commit: --upload-pack=x", "no release"),
        ("_commit: v0.1.0", "_commit: v9.0.0", "newer than this newapi"),
        ("_commit: v0.1.0", "_commit: v0.1.0.dev0+t0123456789ab", "unreleased state"),
        ("_commit: v0.1.0\n", "", "without versions"),
    ],
)
def test_broken_answers_file(project: Project, old: str, new: str, message: str) -> None:
    project.replace(ANSWERS, old, new)
    project.commit()

    result = refused(project)

    assert message in result.document["message"]
    assert result.document["hint"]


def test_newer_project_names_the_version_to_install(project: Project) -> None:
    project.replace(ANSWERS, "_commit: v0.1.0", "_commit: v9.0.0")
    project.commit()

    assert "newapi-cli>=9.0.0" in refused(project).document["hint"]


def test_unknown_release(project: Project) -> None:
    assert "There is no release v0.7.0" in refused(project, "--to", "0.7.0", code=2).err


def test_downgrade(project: Project) -> None:
    project.update("--to", "v0.2.0")
    project.commit()

    assert "older" in refused(project, "--to", "v0.1.0").document["message"]


def test_wrong_choices_are_all_reported(project: Project) -> None:
    result = refused(project, "--with", "itmes", "--set", "jobs=magic", code=2)

    assert [p["fix"] for p in result.document["problems"]] == [
        "--with items",
        "--set jobs=none|background|celery",
    ]


def test_requirement_switched_off_by_hand(project: Project) -> None:
    result = refused(project, "--without", "auth", "--with", "tags", code=2)

    assert "tags needs auth" in result.document["message"]


def test_markers_that_were_committed(project: Project) -> None:
    project.replace("app/main.py", "m = 3", "mine = True")
    project.commit()
    project.update("--to", "v0.2.0")
    project.commit()

    assert "app/main.py" in refused(project).document["message"]


def test_files_beside_that_were_committed(project: Project) -> None:
    project.write("logo.png", b"\0mine")
    project.commit()
    project.update("--to", "v0.2.0")
    project.commit()

    assert "logo.png.template-new" in refused(project).document["message"]


def test_second_run_at_the_same_time(project: Project) -> None:
    with lock.held(Desk(find(project.path)).lock):
        assert "at work" in refused(project).document["message"]


def test_update_that_is_not_committed(project: Project) -> None:
    project.update()

    assert "--abort" in refused(project).document["hint"]


def test_several_heads_of_migrations(project: Project) -> None:
    for name in ("one", "two"):
        project.write(
            f"alembic/versions/{name}.py",
            f"revision = '{name}'\ndown_revision = '0002_items'\n",
        )
    project.commit()

    result = refused(project)

    assert "several heads: one, two" in result.document["message"]
    assert "alembic merge heads" in result.document["hint"]


def test_hidden_changes(project: Project) -> None:
    project.git("update-index", "--assume-unchanged", "app/main.py")
    project.write("app/main.py", "mine\n")

    assert "told not to look" in refused(project).document["message"]


def test_sparse_checkout(project: Project) -> None:
    project.git("update-index", "-q", "--refresh")  # git leaves out no file that it does not know
    project.git("sparse-checkout", "set", "--no-cone", "/*", "!/run.sh")

    result = refused(project)

    assert "sparse checkout leaves out files" in result.document["message"]
    assert "run.sh" in result.document["message"]
    assert "git sparse-checkout disable" in result.document["hint"]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("bisect", "start"), "a bisection"),
        (("am", "mine.patch"), "git am"),
    ],
)
def test_git_is_in_the_middle_of_something(
    project: Project, words: tuple[str, ...], what: str
) -> None:
    text = project.read("README.md")
    project.write("README.md", "mine\n")
    project.commit()
    patch = project.git("format-patch", "-1", "--stdout")
    project.write("README.md", f"{text}yours\n")
    project.commit()
    (project.path / ".git/mine.patch").write_text(patch)
    with suppress(ProgramError):
        project.git(*(".git/mine.patch" if word == "mine.patch" else word for word in words))

    assert f"in the middle of {what}" in refused(project).document["message"]


def test_project_in_a_folder_of_its_own(here: Path, project: Project) -> None:
    project.git("init", "--quiet", str(here))
    shutil.rmtree(project.path / ".git")
    outer = Project(here, project.capfd)
    outer.commit()

    result = refused(outer)

    assert "but one in demo" in result.document["message"]
    assert "cd demo" in result.document["hint"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('revision = "mine"\ndown_revision = "a" + "b"\n', "mine.py:2: down_revision is computed"),
        ('revision = "mine"\ndown_revision = (\n', "line 2: '(' was never closed"),
    ],
)  # fmt: skip
def test_revision_that_cannot_be_read(project: Project, text: str, message: str) -> None:
    project.write("alembic/versions/mine.py", text)
    project.commit()

    assert message in refused(project).document["message"]


def test_folder_that_is_none(project: Project) -> None:
    assert project.run("update", "nowhere").code == 1
    assert project.run("update", "--continue", "--abort").code == 2


def test_nothing_to_continue_or_take_back(project: Project) -> None:
    assert refused(project, "--continue").document["message"] == "There is no update to continue."
    assert refused(project, "--abort").document["message"] == "There is no update to take back."


def test_committed_update_cannot_be_taken_back(project: Project) -> None:
    project.update()
    project.commit()

    assert "committed" in refused(project, "--abort").document["message"]
    assert "committed" in refused(project, "--continue").document["message"]


@pytest.mark.skipif(os.name == "nt", reason="links")
def test_link_out_of_the_project_is_not_followed(project: Project, here: Path) -> None:
    (here / "outside").mkdir()
    (project.path / "docs").symlink_to(here / "outside")
    project.commit()

    result = project.update()

    assert result.code == 3
    assert list((here / "outside").iterdir()) == []
    assert (project.path / "docs.template-new/guide.md").is_file()
