"""`newapi fleet`: one table for many checkouts, and a branch with the update in each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from newapi.terminal import external_tools
from tests import trees
from tests.runs import Result
from tests.update.project import Project

BRANCH = "newapi/update"


def fleet(project: Project, *words: str) -> Result:
    """Run `newapi fleet` for this project; the document says what happened."""
    command, *options = words
    return project.run("fleet", command, str(project.path), *options, "--json")


def shown(project: Project, path: str) -> str:
    """Return a file of the branch with the update."""
    return project.git("show", f"{BRANCH}:{path}")


def edit_in_conflict(project: Project) -> None:
    """Edit a line that the next releases change, too."""
    project.replace("app/main.py", "m = 7", "m = 'mine'")
    project.commit()


@pytest.fixture
def remote(project: Project) -> Path:
    """Return a bare repository that is the origin of the project."""
    bare = project.path.parent / "origin.git"
    project.git("clone", "--quiet", "--bare", str(project.path), str(bare))
    project.git("remote", "add", "origin", str(bare))
    return bare


@pytest.fixture
def broken(here: Path, capfd: pytest.CaptureFixture[str]) -> Project:
    """Return a checkout that newapi has not made."""
    return Project(trees.commit(trees.write(here / "other", {"main.py": "x = 1\n"})), capfd)


def test_status_has_a_row_for_each_checkout(project: Project, broken: Project) -> None:
    result = project.run("fleet", "status", str(project.path), str(broken.path), "--json")

    good, bad = result.document["projects"]
    assert result.code == 1
    assert not result.document["ok"]
    assert (good["ok"], good["release"], good["newest"]) == (True, "v0.1.0", "v0.3.0")
    assert (bad["ok"], bad["checkout"]) == (False, str(broken.path))
    assert "not a project of newapi" in bad["message"]
    assert bad["hint"]


def test_status_is_a_table(project: Project, broken: Project) -> None:
    result = project.run("fleet", "status", str(broken.path), str(project.path))

    assert f"{project.path}" in result.out
    assert "v0.3.0 is available." in result.out
    assert f"{broken.path}: There is no .copier-answers.yml" in result.err


def test_status_check_has_the_code_of_status(project: Project) -> None:
    assert fleet(project, "status").code == 0
    assert fleet(project, "status", "--check").code == 4


def test_update_is_a_commit_on_a_branch_of_its_own(project: Project) -> None:
    project.write("untracked.txt", "mine\n")
    before = project.snapshot()

    result = fleet(project, "update")

    (row,) = result.document["projects"]
    assert result.code == 0
    assert (row["action"], row["branch"], row["pushed"]) == ("created", BRANCH, False)
    assert project.snapshot() == before
    assert project.git("rev-parse", BRANCH).strip() == row["commit"]
    assert project.git("rev-parse", f"{BRANCH}^") == project.git("rev-parse", "HEAD")
    assert "m = 'third'" in shown(project, "app/main.py")
    assert "untracked.txt" not in project.git("ls-tree", "--name-only", BRANCH)
    assert len(project.git("worktree", "list").splitlines()) == 1


def test_update_equals_that_of_the_checkout(project: Project) -> None:
    fleet(project, "update")
    project.update()
    project.commit()

    assert project.git("diff", "--stat", BRANCH, "HEAD") == ""


def test_message_is_the_text_of_a_pull_request(project: Project) -> None:
    edit_in_conflict(project)

    result = fleet(project, "update")

    title, _, body = project.git("log", "-1", "--format=%B", BRANCH).partition("\n")
    assert result.code == 3
    assert title == "Update the template to v0.3.0"
    assert "- `app/main.py`" in body
    assert "<<<<<<<" in shown(project, "app/main.py")
    assert body.rstrip().endswith("Newapi-Update: v0.3.0")


def test_message_names_the_migrations(project: Project) -> None:
    row = fleet(project, "update").document["projects"][0]

    (path,) = row["update"]["migrations"]
    text = project.git("log", "-1", "--format=%B", BRANCH)
    assert f"After the merge, `uv run alembic upgrade head` runs:\n\n- {path}\n" in text


def test_second_run_changes_nothing(project: Project) -> None:
    first = fleet(project, "update").document["projects"][0]
    again = fleet(project, "update").document["projects"][0]

    assert again["action"] == "unchanged"
    assert again["commit"] == first["commit"]


def test_branch_is_made_anew_when_the_project_goes_on(project: Project) -> None:
    fleet(project, "update")
    project.write("app/own.py", "own = 1\n")
    project.commit()

    row = fleet(project, "update").document["projects"][0]

    assert row["action"] == "refreshed"
    assert shown(project, "app/own.py") == "own = 1\n"
    assert project.git("rev-parse", f"{BRANCH}^") == project.git("rev-parse", "HEAD")


def test_branch_with_commits_of_somebody_else_is_kept(project: Project) -> None:
    fleet(project, "update")
    project.git("switch", "--quiet", BRANCH)
    project.write("app/own.py", "own = 1\n")
    project.commit()
    project.git("switch", "--quiet", "main")
    before = project.git("rev-parse", BRANCH)

    row = fleet(project, "update").document["projects"][0]

    assert row["action"] == "kept"
    assert "commits of somebody else" in row["note"]
    assert project.git("rev-parse", BRANCH) == before


def test_branch_that_is_checked_out_is_kept(project: Project) -> None:
    fleet(project, "update")
    project.git("switch", "--quiet", BRANCH)
    before = project.snapshot()

    row = fleet(project, "update").document["projects"][0]

    assert row["action"] == "kept"
    assert project.snapshot() == before


def test_newest_project_gets_no_branch(project: Project) -> None:
    project.update()
    project.commit()

    row = fleet(project, "update").document["projects"][0]

    assert row["action"] == "up-to-date"
    assert project.git("branch", "--list", BRANCH) == ""


def test_dry_run_makes_no_branch(project: Project) -> None:
    row = fleet(project, "update", "--dry-run").document["projects"][0]

    assert row["action"] == "planned"
    assert row["update"]["to"]["commit"] == "v0.3.0"
    assert project.git("branch", "--list", BRANCH) == ""


def test_broken_checkout_does_not_stop_the_others(project: Project, broken: Project) -> None:
    words = ("fleet", "update", str(broken.path), "nowhere", str(project.path), "--json")

    result = project.run(*words)

    assert result.code == 1
    assert [row["ok"] for row in result.document["projects"]] == [False, False, True]
    assert result.document["projects"][2]["action"] == "created"


def test_nothing_is_pushed_unasked(project: Project, remote: Path) -> None:
    fleet(project, "update")

    assert external_tools.git("branch", "--list", BRANCH, cwd=remote) == ""


def test_push_makes_and_refreshes_the_branch_of_the_remote(project: Project, remote: Path) -> None:
    first = fleet(project, "update", "--push").document["projects"][0]
    project.write("app/own.py", "own = 1\n")
    project.commit()
    project.git("push", "--quiet", "origin", "main")
    last = fleet(project_of(remote, project), "update", "--push").document["projects"][0]

    assert (first["action"], first["pushed"]) == ("created", True)
    assert last["action"] == "refreshed"
    assert external_tools.git("rev-parse", BRANCH, cwd=remote).strip() == last["commit"]


def project_of(remote: Path, project: Project) -> Project:
    """Clone the remote, as CI does."""
    path = remote.parent / "fresh"
    external_tools.git("clone", "--quiet", str(remote), str(path), cwd=remote.parent)
    return Project(path, project.capfd)


def test_commits_that_somebody_pushed_are_kept(project: Project, remote: Path) -> None:
    fleet(project, "update", "--push")
    other = project_of(remote, project)
    other.git("switch", "--quiet", BRANCH)
    other.write("app/own.py", "own = 1\n")
    other.commit()
    other.git("push", "--quiet", "origin", BRANCH)
    project.write("app/more.py", "more = 1\n")
    project.commit()

    row = fleet(project, "update", "--push").document["projects"][0]

    assert row["action"] == "kept"
    head = external_tools.git("rev-parse", BRANCH, cwd=remote)
    assert head == other.git("rev-parse", "HEAD")


def test_push_without_a_remote_is_refused(project: Project) -> None:
    row = fleet(project, "update", "--push").document["projects"][0]

    assert row["message"] == "The repository has no remote origin."
    assert "git remote add origin" in row["hint"]


def test_files_that_are_left_out_are_in_the_message(project: Project) -> None:
    row = fleet(project, "update", "--leave-out", "app/ma*").document["projects"][0]

    patch = project.git("log", "-1", "--format=%B", BRANCH)
    assert row["left_out"] == ["app/main.py"]
    assert "m = 'third'" not in shown(project, "app/main.py")
    assert "+m = 'third'" in patch


def test_patch_in_the_message_can_be_applied(project: Project) -> None:
    fleet(project, "update", "--leave-out", "app/ma*")
    text = project.git("log", "-1", "--format=%B", BRANCH)
    patch = text.split("```diff\n")[1].split("\n```")[0] + "\n"
    project.git("switch", "--quiet", BRANCH)
    trees.write(project.path.parent, {"left.patch": patch})

    project.git("apply", str(project.path.parent / "left.patch"))

    assert "m = 'third'" in project.read("app/main.py")


def test_project_in_a_subfolder_has_a_branch_of_its_own(
    project: Project, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = here / "whole"
    whole.mkdir()
    (project.path / ".git").rename(here / "unused.git")
    project.path.rename(whole / "api")
    trees.commit(whole)
    inner = Project(whole / "api", capfd)

    row = fleet(inner, "update").document["projects"][0]

    assert row["branch"] == f"{BRANCH}-api"
    assert "m = 'third'" in inner.git("show", f"{row['branch']}:./app/main.py")


@pytest.mark.parametrize("name", ["-x", "a b", "../up", "a..b"])
def test_wrong_branch_is_refused(project: Project, name: str) -> None:
    row = fleet(project, "update", f"--branch={name}").document["projects"][0]

    assert not row["ok"]
    assert "cannot be the name of a branch" in row["message"]


def test_nobody_is_the_author_where_git_knows_no_one(project: Project, home: Path) -> None:
    (home / ".gitconfig").unlink()

    fleet(project, "update")

    assert project.git("log", "-1", "--format=%an", BRANCH).strip() == "newapi"


def report(project: Project, state: str, commit: str = "v0.3.0") -> str:
    """Write what `newapi update --verify --json` says of one check; return the path."""
    check = {"name": "tests", "command": "uv run pytest", "state": state, "output": "..."}
    found = {"checks": [check], "skipped": ["migrations: no server"]}
    document = {"to": {"commit": commit}, "verification": found}
    path = project.path.parent / "report.json"
    path.write_text(json.dumps(document))
    return str(path)


def test_result_of_the_checks_is_in_the_message(project: Project) -> None:
    result = fleet(project, "update", "--report", report(project, "passed"))

    text = project.git("log", "-1", "--format=%B", BRANCH)
    assert result.code == 0
    assert "- `uv run pytest` passes" in text
    assert "- migrations: no server" in text


def test_broken_check_is_left_to_the_owner(project: Project) -> None:
    result = fleet(project, "update", "--report", report(project, "broken"))

    assert result.code == 3
    assert "**fails, and passed before**" in project.git("log", "-1", "--format=%B", BRANCH)


def test_result_for_another_release_is_not_told(project: Project) -> None:
    result = fleet(project, "update", "--report", report(project, "broken", "v0.2.0"))

    assert result.code == 0
    assert "uv run pytest" not in project.git("log", "-1", "--format=%B", BRANCH)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        ("", "is not the document of an update."),
        ("[]", "is not the document of an update."),
        ('{"to": {}}', "is not the document of an update."),
    ],
)
def test_report_that_is_none_is_refused(
    project: Project, content: str | None, message: str
) -> None:
    path = project.path.parent / "report.json"
    if content is not None:
        path.write_text(content)

    result = fleet(project, "update", "--report", str(path))

    assert result.code == 2
    assert message in result.document["message"]
    assert project.git("branch", "--list", BRANCH) == ""
