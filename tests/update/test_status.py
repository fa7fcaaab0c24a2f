"""`newapi status` and `newapi diff` look, and change nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from newapi import history, sources
from newapi.releases import store
from tests import trees
from tests.matrix import ROOT
from tests.update.project import Project


def test_status_names_release_features_and_drift(project: Project) -> None:
    project.replace("app/main.py", "m = 0", "mine = True")
    (project.path / "app/old.py").unlink()
    (project.path / "local.secret").unlink()

    document = project.run("status", str(project.path), "--json").document

    assert (document["release"], document["newest"]) == ("v0.1.0", "v0.3.0")
    assert document["update_available"] is True
    assert document["features"] == ["auth", "items", "worker"]
    assert document["drift"] == [
        {"path": "app/main.py", "state": "modified"},
        {"path": "app/old.py", "state": "deleted"},
    ]


def test_check_says_by_its_exit_code_whether_there_is_news(
    here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    project = Project(here / "demo", capfd).create(version="v0.3.0")

    assert project.run("status", str(project.path), "--check").code == 0
    project.replace("app/main.py", "m = 0", "mine = True")
    assert project.run("status", str(project.path), "--check").code == 4
    assert project.run("status", str(project.path)).code == 0


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
    """Return a template of somebody else with two tagged versions."""
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
    record = history.Record(sources.CANONICAL_SRC_PATH, "v1.0.0", {})

    assert list(history.notes(record, sources.CANONICAL_SRC_PATH, "v1.2.0")) == ["v1.1.0", "v1.2.0"]


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
        record = history.Record(sources.CANONICAL_SRC_PATH, project, {})
        source = sources.Source(tmp_path, sources.CANONICAL_SRC_PATH, wanted)
        return history.is_downgrade(record, source)

    assert is_downgrade(newer, older)
    assert not is_downgrade(older, newer)
    assert not is_downgrade(newer, newer.replace("0123", "3210"))
