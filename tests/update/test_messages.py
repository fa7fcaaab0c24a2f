"""Errors of git and of the system name the real path and the way out."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from newapi.errors import NewapiError
from newapi.project import git
from newapi.terminal import programs
from tests.update.project import Project


def test_repository_of_another_user(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setattr(
        programs, "git_environment", lambda: {**os.environ, "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    )

    result = project.update()

    assert result.code == 1
    assert "belongs to another user" in result.document["message"]
    assert result.document["hint"] == (f"git config --global --add safe.directory {project.path}")


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_folder_that_cannot_be_written_is_named(
    project: Project, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    before = project.snapshot()
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if Path(target) == project.path / "app/main.py" and "checkout" not in f"{self.name}":
            raise OSError(code, os.strerror(code), os.fspath(self))
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        result = project.update()

    assert result.code == 1
    assert f"{project.path / 'app'} cannot be written" in result.document["message"]
    assert ".git" not in result.document["message"]
    assert "chmod" in result.document["hint"]
    assert project.snapshot() == before


@pytest.mark.parametrize("failing", ["clean", "smudge", "process"])
def test_filter_that_fails_is_named(project: Project, failing: str) -> None:
    project.write(".gitattributes", "*.md filter=broken\n")
    project.commit()
    project.git("config", "filter.broken.required", "true")
    for name in ("clean", "smudge", failing):
        command = "cat" if name != failing else "false"
        project.git("config", f"filter.broken.{name}", command)
    os.utime(project.path / "README.md", (0, 0))  # git looks at the contents again
    before = project.files()

    result = project.update()

    assert (result.code, project.files()) == (1, before)
    assert "The filter broken of git failed" in result.document["message"]
    assert "git config --get-regexp" in result.document["hint"]


def test_project_that_was_renamed_by_hand_is_told(project: Project) -> None:
    name = project.read("pyproject.toml").split('name = "')[1].split('"')[0]
    project.replace("pyproject.toml", f'name = "{name}"', 'name = "better"')
    project.commit()

    warnings = project.update().document["warnings"]

    assert any("--set project_name=better" in warning for warning in warnings)


def test_name_that_is_given_is_not_told(project: Project) -> None:
    name = project.read("pyproject.toml").split('name = "')[1].split('"')[0]
    project.replace("pyproject.toml", f'name = "{name}"', 'name = "better"')
    project.commit()

    warnings = project.update("--set", "project_name=better").document["warnings"]

    assert not any("project_name" in warning for warning in warnings)


@pytest.mark.posix
def test_path_with_a_line_break(project: Project, here: Path) -> None:
    moved = Project(project.path.rename(here / "two\nlines ünï"), project.capfd)

    assert moved.update().code == 0
    assert moved.update("--abort").code == 0


def test_folder_without_a_repository(tmp_path: Path, home: Path) -> None:
    assert home.is_dir()
    with pytest.raises(NewapiError) as caught:
        git.find(tmp_path)
    assert "git init" in caught.value.hint


def test_repository_that_git_cannot_read(project: Project) -> None:
    project.write(".git/HEAD", "broken")

    result = project.update()

    assert result.code == 1
    assert "cannot read the repository" in result.document["message"]
    assert "git init" not in result.document["hint"]
