"""`newapi update` on real projects: what it takes over, what it keeps, what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from newapi.project import tree
from newapi.template import address
from tests.update.project import Project, fresh

ON = ("auth=true", "items=true")
VERSIONED = "alembic/versions/"


def committed(project: Project) -> dict[str, tree.Entry]:
    """Return the files that git would commit, apart from revisions."""
    names = project.git("ls-files", "-z").split("\0")[:-1]
    found = {name: tree.look(project.path / name) for name in names}
    return {n: e for n, e in found.items() if e and not n.startswith(VERSIONED)}


def expected(*answers: str, version: str) -> dict[str, tree.Entry]:
    """Return the files of a fresh project in git, without revisions."""
    files = fresh(*answers, version=version)
    ignored = {"local.secret"}
    return {n: e for n, e in files.items() if not n.startswith(VERSIONED) and n not in ignored}


def test_clean_update_equals_a_fresh_project(project: Project) -> None:
    result = project.update()

    assert result.code == 0, result.err
    assert result.document["to"]["commit"] == "v0.3.0"
    assert committed(project) == expected(*ON, "jobs=celery", version="v0.3.0")


def test_result_is_staged_and_not_committed(project: Project) -> None:
    head = project.git("rev-parse", "HEAD")

    project.update()

    assert project.git("rev-parse", "HEAD") == head
    assert project.git("diff", "--name-only") == ""
    assert "app/main.py" in project.git("diff", "--cached", "--name-only")
    assert project.git("ls-files", "--others", "--exclude-standard") == ""


def test_permissions_and_ignored_files_are_updated(project: Project) -> None:
    project.update()

    assert (project.path / "run.sh").stat().st_mode & 0o100
    assert "l = 'second'" in project.read("local.secret")


def test_second_update_changes_nothing(project: Project) -> None:
    project.update()
    project.commit()
    before = project.snapshot()

    result = project.update()

    assert (result.code, result.document["up_to_date"]) == (0, True)
    assert project.snapshot() == before
    assert "Nothing to do" in project.run("update", str(project.path)).out


def test_update_in_two_steps_equals_one(project: Project, here: Path) -> None:
    project.replace("app/main.py", "m = 0", "mine = True")
    project.replace("app/helpers.py", "h = 4", "mine = True")
    project.replace("app/old.py", "o = 4", "mine = True")
    (project.path / "README.md").rename(project.path / "READ.md")
    project.commit()
    twin = project.clone(here / "twin")

    project.update("--to", "v0.2.0")
    project.commit()
    project.update("--to", "0.3.0")
    twin.update()

    assert committed(project) == committed(twin)
    assert "mine = True" in project.read("app/support.py")
    assert "r = 'third'" in project.read("READ.md")


def test_edits_are_merged(project: Project) -> None:
    project.replace("app/main.py", "m = 0", "mine = True")
    project.replace("app/helpers.py", "h = 4", "mine = True")
    project.replace("app/old.py", "o = 4", "mine = True")
    project.commit()

    result = project.update()

    assert result.code == 0
    assert project.read("app/main.py").startswith("mine = True\n")
    assert "m = 'second'" in project.read("app/main.py")
    assert "mine = True" in project.read("app/support.py")
    assert "h = 'new'" in project.read("app/support.py")
    assert not (project.path / "app/helpers.py").exists()
    assert "mine = True" in project.read("app/old.py")
    assert result.action("app/support.py") == "moved"
    assert result.action("app/old.py") == "kept"


def test_conflict_is_marked_unmerged_and_said(project: Project) -> None:
    project.replace("app/main.py", "m = 3", "mine = True")
    project.commit()

    result = project.update()

    assert result.code == 3
    assert result.document["exit_code"] == 3
    assert "<<<<<<< your project\nmine = True\n||||||| template v0.1.0\nm = 3\n" in project.read(
        "app/main.py"
    )
    assert ">>>>>>> template v0.3.0\n" in project.read("app/main.py")
    assert project.git("status", "--porcelain", "app/main.py") == "UU app/main.py\n"
    assert len(project.git("ls-files", "--unmerged").splitlines()) == 3


def test_conflict_can_be_put_beside(project: Project) -> None:
    project.replace("app/main.py", "m = 3", "mine = True")
    project.commit()

    result = project.update("--conflict", "rej")

    assert result.code == 3
    assert "<<<" not in project.read("app/main.py")
    assert "+m = 'second'" in project.read("app/main.py.rej")
    assert project.git("status", "--porcelain", "app/main.py.rej") == "?? app/main.py.rej\n"


def test_binary_that_both_changed_stays_with_the_new_one_beside(project: Project) -> None:
    project.write("logo.png", b"\x89PNG\0mine")
    project.commit()

    result = project.update()

    assert result.code == 3
    assert (project.path / "logo.png").read_bytes() == b"\x89PNG\0mine"
    assert (project.path / "logo.png.template-new").read_bytes() == b"\x89PNG\0\xff 2\n"
    assert project.git("status", "--porcelain", "logo.png") == "UU logo.png\n"


def test_edited_ignored_file_is_merged_or_kept(project: Project) -> None:
    project.replace("local.secret", "l = 3", "mine")

    result = project.update()

    assert result.code == 3
    assert "mine" in project.read("local.secret")
    assert "<<<" not in project.read("local.secret")
    assert "l = 'second'" in project.read("local.secret.template-new")


def test_env_gets_what_it_lacks_and_keeps_the_rest(project: Project) -> None:
    project.replace(".env", "DATABASE=sqlite", "DATABASE=mine")
    secret = project.read(".env")
    (project.path / ".env").chmod(0o600)

    result = project.update()

    text = project.read(".env")
    assert text.startswith(secret)
    assert "\n# Where tasks go\nBROKER=memory\n" in text
    assert "TOKEN=change-me" not in text
    assert (project.path / ".env").stat().st_mode & 0o777 == 0o600
    assert result.action(".env") == "updated"


def test_renamed_question_keeps_its_answer(project: Project) -> None:
    result = project.update()

    assert result.document["answers"]["jobs"] == "celery"
    assert "celery>=5" in project.read("pyproject.toml")
    assert "worker:" not in project.read(".copier-answers.yml")


def test_choices_can_change_with_an_update(project: Project) -> None:
    result = project.update("--with", "background", "--without", "items")

    assert result.code == 0
    assert "jobs: background" in project.read(".copier-answers.yml")
    assert not (project.path / "app/items.py").exists()


def test_dry_run_says_what_the_real_run_does_and_writes_nothing(project: Project) -> None:
    project.replace("app/main.py", "m = 3", "mine = True")
    project.commit()
    before = project.snapshot()

    dry = project.update("--dry-run")

    assert project.snapshot() == before
    real = project.update()
    assert (dry.code, dry.document) == (real.code, {**real.document, "dry_run": True})


def test_notes_and_next_commands_are_printed(project: Project) -> None:
    result = project.run("update", str(project.path))

    assert "Helpers are called support now." in result.out
    assert "uv lock" in result.out
    assert "alembic upgrade head" in result.out


def test_teammates_clone_gets_the_same_bytes(project: Project, here: Path) -> None:
    (here / "elsewhere").mkdir()
    twin = project.clone(here / "elsewhere/other-name")

    project.update()
    twin.update()

    assert committed(project) == committed(twin)
    assert project.git("write-tree") == twin.git("write-tree")


def test_project_in_a_subfolder_of_a_larger_repository(here: Path, project: Project) -> None:
    outer = here / "mono"
    (outer / "other").mkdir(parents=True)
    (outer / "other/helpers.py").write_text("".join(f"h = {n}\n" for n in range(12)))
    inner = Project(outer / "services/demo", project.capfd)
    inner.create("auth=true")
    (outer / "services/demo/.git").rename(outer / "gone")
    finish_git(outer)
    before = (outer / "other/helpers.py").read_bytes()
    (outer / "other/helpers.py").write_bytes(before + b"dirty\n")

    result = inner.update()

    assert result.code == 0, result.err
    assert "m = 'third'" in inner.read("app/main.py")
    assert inner.git("diff", "--cached", "--name-only", "--relative", "--", "../..") == inner.git(
        "diff", "--cached", "--name-only", "--relative"
    )


def finish_git(outer: Path) -> None:
    """Make a repository of the outer folder."""
    from tests import trees

    (outer / ".gitignore").write_text("/gone/\n")
    trees.commit(outer)


def test_git_worktree_can_be_updated(project: Project, here: Path) -> None:
    project.git("worktree", "add", "--quiet", str(here / "tree"))
    other = Project(here / "tree", project.capfd)

    result = other.update()

    assert result.code == 0, result.err
    assert "m = 'third'" in other.read("app/main.py")
    assert project.git("status", "--porcelain") == ""
    assert other.run("update", str(other.path), "--abort").code == 0
    assert other.git("status", "--porcelain") == ""


HOSTILE = """
[core]
    quotePath = true
    hooksPath = /nowhere
    pager = false
[diff]
    noprefix = true
    external = false
    renames = copies
[merge]
    conflictStyle = zdiff3
[status]
    showUntrackedFiles = no
    short = true
    relativePaths = false
[commit]
    gpgsign = true
[color]
    ui = always
[init]
    defaultBranch = other
[alias]
    status = log
"""


@pytest.mark.parametrize("setting", ["", "autocrlf = true", "autocrlf = input", "fileMode = false"])
def test_hostile_settings_of_git_do_not_matter(project: Project, here: Path, setting: str) -> None:
    twin = project.clone(here / "twin")
    twin.replace("app/main.py", "m = 0", "mine = True")
    project.replace("app/main.py", "m = 0", "mine = True")
    project.commit()
    twin.commit()
    project.update()
    config = here.parent / "home/.gitconfig"
    config.write_text(config.read_text() + HOSTILE + f"[core]\n    {setting}\n" * bool(setting))

    result = twin.update()

    assert result.code == 0, result.err
    assert twin.git("write-tree") == project.git("write-tree")


def test_file_that_the_user_moved_receives_the_changes(project: Project) -> None:
    (project.path / "lib").mkdir()
    (project.path / "app/main.py").rename(project.path / "lib/start.py")
    project.commit()

    result = project.update()

    assert result.code == 0
    assert "m = 'third'" in project.read("lib/start.py")
    assert not (project.path / "app/main.py").exists()
    assert result.action("lib/start.py") == "followed"


def test_windows_line_ends_of_the_user_stay(project: Project) -> None:
    data = (project.path / "app/main.py").read_bytes().replace(b"\n", b"\r\n")
    project.write("app/main.py", data)
    project.commit()

    result = project.update()

    text = (project.path / "app/main.py").read_bytes()
    assert result.code == 0
    assert b"m = 'third'\r\n" in text
    assert text.count(b"\n") == text.count(b"\r\n")


@pytest.mark.parametrize("former", ["newapi.git", "newapi"])
def test_projects_of_every_address_are_updated(project: Project, former: str) -> None:
    record_address(project, f"https://newapi.invalid/{former}")

    result = project.update()

    assert result.code == 0
    assert "_src_path: https://newapi.invalid/newapi.git\n" in project.read(".copier-answers.yml")


def test_update_moves_a_project_to_the_address_of_the_template(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(address.VARIABLE, "https://git.example.com/newapi.git")

    document = project.update().document

    assert "_src_path: https://git.example.com/newapi.git\n" in project.read(".copier-answers.yml")
    assert document["from"]["source"] == "https://newapi.invalid/newapi.git"
    assert document["to"]["source"] == "https://git.example.com/newapi.git"
    assert not any("edited by hand" in warning for warning in document["warnings"])


def test_newest_project_is_moved_to_the_address_and_to_nothing_else(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.update()
    project.commit()
    monkeypatch.setenv(address.VARIABLE, "https://git.example.com/newapi.git")

    first = project.update().document
    project.commit()
    again = project.update().document

    assert first["message"] == "Record the address of the template"
    assert [outcome["path"] for outcome in first["outcomes"]] == [".copier-answers.yml"]
    assert again["up_to_date"]


def test_former_address_is_no_drift(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.update()
    project.commit()
    monkeypatch.setenv(address.VARIABLE, "https://git.example.com/newapi.git")

    result = project.run("status", str(project.path), "--check", "--json")

    assert result.code == 0
    assert result.document["reasons"] == []


@pytest.mark.parametrize("wrong", ["https://git.example.com/newapi", "/srv/newapi.git", "-x.git"])
def test_mirror_that_is_no_git_address_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv(address.VARIABLE, wrong)

    document = project.update().document

    assert document["message"] == f"NEWAPI_REPOSITORY is not a git address: {wrong}"
    assert "https://host/owner/newapi.git" in document["hint"]


def record_address(project: Project, url: str) -> None:
    """Write another address into the answers file, and commit."""
    text = project.read(".copier-answers.yml")
    line = next(line for line in text.splitlines() if line.startswith("_src_path"))
    project.write(".copier-answers.yml", text.replace(f"{line}\n", f"_src_path: {url}\n"))
    project.commit()
