"""`newapi status` and `newapi diff` look, and change nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from newapi.project import history
from newapi.releases import store
from newapi.template import address, sources
from newapi.terminal import external_tools
from tests import trees
from tests.matrix import ROOT
from tests.runs import Result
from tests.update.project import Project


def status(project: Project, *words: str) -> Result:
    """Ask for the state of a project."""
    return project.run("status", str(project.path), *words)


def reasons(project: Project) -> list[str]:
    """Return why `--check` answers 4; make sure that it does."""
    result = status(project, "--check", "--json")
    found = [reason["message"] for reason in result.document["reasons"]]
    assert result.code == (4 if found else 0)
    assert all(reason["fix"] for reason in result.document["reasons"])
    return found


@pytest.fixture
def newest(here: Path, capfd: pytest.CaptureFixture[str]) -> Project:
    """Return a committed project at the newest release."""
    return Project(here / "demo", capfd).create("auth=true", "items=true", version="v0.3.0")


def test_status_names_release_features_and_every_file(project: Project) -> None:
    project.replace("app/main.py", "m = 0", "mine = True")
    (project.path / "app/old.py").unlink()
    (project.path / "app/worker.py").rename(project.path / "app/work.py")
    (project.path / "logo.png").unlink()
    (project.path / "logo.png").symlink_to("README.md")
    (project.path / "local.secret").unlink()

    document = status(project, "--json").document

    assert (document["release"], document["newest"]) == ("v0.1.0", "v0.3.0")
    assert document["update_available"] is True
    assert document["features"] == ["auth", "items", "worker"]
    assert document["drift"] == [
        {"path": "app/main.py", "state": "modified", "now": ""},
        {"path": "app/old.py", "state": "deleted", "now": ""},
        {"path": "app/worker.py", "state": "moved", "now": "app/work.py"},
        {"path": "logo.png", "state": "replaced", "now": ""},
    ]
    assert document["files"] == {
        "untouched": 8,
        "modified": 1,
        "moved": 1,
        "replaced": 1,
        "deleted": 1,
        "conflicting": 0,
    }
    assert document["notes"] == [{"release": "v0.2.0", "text": "Helpers are called support now."}]


def test_files_that_conflict_with_the_newest_release_are_named(project: Project) -> None:
    project.replace("app/main.py", "m = 3", "mine = True")
    project.write("logo.png", b"\x89PNG\0mine")
    project.commit()
    before = project.snapshot()

    document = status(project, "--json").document
    shown = status(project)

    assert project.snapshot() == before
    assert document["files"]["conflicting"] == 2
    update = project.update("--dry-run").document["outcomes"]
    assert document["conflicts"] == [o for o in update if o["action"] == "conflict"]
    assert "2 would conflict with v0.3.0" in shown.out
    assert "Helpers are called support now." in shown.out


def test_update_that_would_be_refused_is_said(project: Project) -> None:
    for name in ("one", "two"):
        text = f"revision = '{name}'\ndown_revision = '0002_items'\n"
        project.write(f"alembic/versions/{name}.py", text)
    project.commit()

    result = status(project, "--json")

    assert result.code == 0
    assert "several heads" in result.document["obstacle"]["message"]
    assert "alembic merge heads" in result.document["obstacle"]["fix"]
    assert "would be refused" in status(project).err


def test_newest_release_has_nothing_to_conflict_with(newest: Project) -> None:
    newest.replace("app/main.py", "m = 4", "mine = True")
    newest.commit()

    document = status(newest, "--json").document

    assert (document["conflicts"], document["obstacle"], document["notes"]) == ([], None, [])


def test_available_update_is_news(project: Project) -> None:
    assert reasons(project) == ["v0.3.0 is available."]


def test_edited_and_moved_files_are_no_drift(newest: Project) -> None:
    newest.replace("app/main.py", "m = 0", "mine = True")
    (newest.path / "app/items.py").rename(newest.path / "app/things.py")
    newest.write("app/new.py", "mine = True\n")

    assert reasons(newest) == []
    assert "1 changed by you, 1 moved by you" in status(newest).out


def test_deleted_files_are_drift(newest: Project) -> None:
    (newest.path / "app/items.py").unlink()

    (reason,) = reasons(newest)
    assert "app/items.py" in reason
    assert "newapi remove items" in status(newest).out


def test_file_that_became_a_link_is_drift(newest: Project) -> None:
    (newest.path / "app/main.py").rename(newest.path / "app/other.py")
    (newest.path / "app/main.py").symlink_to("other.py")

    assert "app/main.py" in reasons(newest)[0]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("items: true", "items: true\nmine: 1", "mine"),
        ("tags: false\n", "", "tags"),
        ("items: true", "items: false", "items"),
        ("jobs: none", "jobs: celery", "app/worker.py"),
    ],
)
def test_answers_edited_by_hand_are_drift(newest: Project, old: str, new: str, named: str) -> None:
    newest.replace(".copier-answers.yml", old, new)
    newest.commit()

    assert any(named in reason for reason in reasons(newest))


def test_own_file_at_the_path_of_a_feature_is_no_drift(newest: Project) -> None:
    newest.write("app/worker.py", "mine = True\n")

    assert reasons(newest) == []


def test_comments_in_the_answers_are_no_drift(newest: Project) -> None:
    newest.replace(".copier-answers.yml", "items: true", "items: true  # sold on Mondays")

    assert reasons(newest) == []


@pytest.mark.parametrize("style", ["inline", "rej"])
def test_conflicts_that_were_committed_are_drift(project: Project, style: str) -> None:
    project.replace("app/main.py", "m = 3", "mine = True")
    project.commit()
    project.update("--conflict", style)
    project.commit()

    assert any("app/main.py" in reason for reason in reasons(project))


def test_status_after_an_update_has_no_drift(project: Project) -> None:
    project.update()
    project.commit()

    result = project.run("status", str(project.path), "--check")

    assert result.code == 0, result.out
    assert "v0.3.0 (newest)" in result.out


def test_line_ends_of_the_checkout_are_no_drift(project: Project, here: Path) -> None:
    config = here.parent / "home/.gitconfig"
    config.write_text(config.read_text() + "[core]\n    autocrlf = true\n")
    subprocess.run(["git", "clone", "--quiet", str(project.path), "twin"], check=True)
    twin = Project(here / "twin", project.capfd)

    document = twin.run("status", str(twin.path), "--json").document

    assert b"\r\n" in (twin.path / "app/main.py").read_bytes()
    assert document["drift"] == []


@pytest.mark.parametrize("words", [("--to", "v0.2.0"), ("--with", "tags"), ()])
def test_diff_is_the_patch_that_the_update_makes(
    project: Project, here: Path, words: tuple[str, ...]
) -> None:
    project.replace("app/main.py", "m = 0", "mine = True")
    project.commit()
    before = project.snapshot()
    twin = project.clone(here / "twin")

    patch = project.run("diff", str(project.path), *words)

    assert patch.code == 0, patch.err
    assert project.snapshot() == before
    subprocess.run(
        ["git", "apply", "--index", "-"], input=patch.out.encode(), cwd=twin.path, check=True
    )
    project.update(*words)
    assert twin.git("write-tree") == project.git("write-tree")


def test_diff_says_nothing_about_secrets(project: Project) -> None:
    assert "TOKEN=" in project.run("diff", str(project.path)).out
    assert "b/.env\n" not in project.run("diff", str(project.path)).out


def test_diff_works_on_what_is_committed(project: Project) -> None:
    project.write("app/main.py", "not committed\n")

    result = project.run("diff", str(project.path), "--json")

    assert (result.code, result.document["command"]) == (0, "diff")
    assert "not committed" not in result.document["patch"]


def test_every_key_is_documented(project: Project) -> None:
    page = (ROOT / "docs/json.md").read_text()
    project.replace("app/main.py", "m = 3", "mine = True")
    project.commit()
    documents = [
        project.run("status", str(project.path), "--json").document,
        project.run("diff", str(project.path), "--json").document,
        project.update().document,
        project.update("--abort").document,
    ]
    documents += documents[2]["outcomes"][:1]

    assert [key for found in documents for key in found if f"`{key}`" not in page] == []


def test_project_is_found_from_a_folder_in_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.path / "app")

    assert project.run("status", "--json").document["path"] == str(project.path)


@pytest.fixture
def fork(here: Path) -> Path:
    """Return another template with two tagged versions."""
    root = trees.write(here / "fork")
    trees.write(root, {"template/app/main.py": "".join(f"line {n}\n" for n in range(12))})
    trees.commit(root, "1.0")
    trees.write(root, {"template/app/main.py": "".join(f"line {n}\n" for n in range(11)) + "new\n"})
    trees.write(root, {"template/more.txt": "more\n"})
    return trees.commit(root, "1.1")


def test_project_of_a_fork_is_updated_from_git(
    fork: Path, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    project = Project(here / "demo", capfd)
    url = fork.as_uri()
    words = ("create", "demo", "--template", url, "--ref", "1.0", "--no-lock", "--defaults")
    assert project.run(*words).code == 0
    project.replace("app/main.py", "line 0\n", "mine\n")
    project.commit()

    result = project.update()

    assert result.code == 0, result.err
    assert result.document["to"] == {"source": url, "commit": "1.1"}
    assert project.read("app/main.py").startswith("mine\n")
    assert project.read("app/main.py").endswith("new\n")
    assert project.read("more.txt") == "more\n"
    project.commit()
    assert project.update().document["up_to_date"] is True
    assert project.update("--to", "1.0").code == 1


def test_fork_is_fetched_once(
    fork: Path, here: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(here / "demo", capfd)
    words = ("--template", fork.as_uri(), "--ref", "1.0", "--no-lock", "--defaults")
    project.run("create", "demo", *words)
    fetched: list[str] = []
    git = external_tools.git

    def watch(*arguments: str, cwd: Path) -> str:
        fetched.extend(word for word in arguments if word == fork.as_uri())
        return git(*arguments, cwd=cwd)

    monkeypatch.setattr(external_tools, "git", watch)

    assert status(project, "--json").document["newest"] == "1.1"
    assert len(fetched) == 1
    assert project.update().document["to"]["commit"] == "1.1"
    assert len(fetched) == 2


def test_fork_that_has_moved_is_found_where_it_is_now(
    fork: Path, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    project = Project(here / "demo", capfd)
    words = ("--template", fork.as_uri(), "--ref", "1.0", "--no-lock", "--defaults")
    project.run("create", "demo", *words)
    moved = fork.rename(here / "moved")

    assert project.update().code == 1
    result = project.update("--template", moved.as_uri())

    assert result.code == 0, result.err
    assert f"_src_path: {moved.as_uri()}" in project.read(".copier-answers.yml")


def test_notes_lie_between_the_two_releases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "FOLDER", tmp_path)
    for version in ("v1.0.0", "v1.1.0", "v1.2.0", "v1.3.0"):
        trees.write(tmp_path, {f"{version}.json": "{}", f"{version}.md": version})
    record = history.Record(address.canonical(), "v1.0.0", {})

    assert list(history.notes(record, address.canonical(), "v1.2.0")) == ["v1.1.0", "v1.2.0"]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("v1.0.0", "v1.1.0"),
        ("v1.9.0", "v1.10.0"),
        ("v1.0.0", "v1.0.0.dev0+t0123456789ab"),
    ],
)
def test_unreleased_states_are_ahead_of_every_release(
    tmp_path: Path, older: str, newer: str
) -> None:
    def is_downgrade(project: str, wanted: str) -> bool:
        record = history.Record(address.canonical(), project, {})
        source = sources.Source(tmp_path, address.canonical(), wanted)
        return history.is_downgrade(record, source)

    assert is_downgrade(newer, older)
    assert not is_downgrade(older, newer)
    assert not is_downgrade(newer, newer.replace("0123", "3210"))
