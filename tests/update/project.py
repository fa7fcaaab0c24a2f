"""A project under test: made, edited, committed, updated."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from newapi import engine, environment, finish, sources, tree
from newapi.cli import main
from tests import trees


@dataclass(frozen=True)
class Result:
    """What a run of newapi left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on standard output."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    def action(self, path: str) -> str | None:
        """Return what happened to a path."""
        found = {o["path"]: o["action"] for o in self.document["outcomes"]}
        return found.get(path)


class Project:
    """A folder with a project in a git repository of its own."""

    def __init__(self, path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self.capfd = capfd

    def create(self, *answers: str, version: str = "v0.1.0") -> Project:
        """Make and commit the project, as `newapi create` of that release did."""
        render(self.path, *answers, version=version)
        environment.write_env(self.path)
        trees.commit(self.path)
        return self

    def run(self, *words: str) -> Result:
        """Run newapi in the current folder."""
        self.capfd.readouterr()
        code = main(words)
        out, err = self.capfd.readouterr()
        return Result(code, out, err)

    def update(self, *words: str) -> Result:
        """Update this project; the document says what happened."""
        return self.run("update", str(self.path), "--json", *words)

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file."""
        trees.write(self.path, {name: content})

    def read(self, name: str) -> str:
        """Read a file."""
        return (self.path / name).read_text()

    def replace(self, name: str, old: str, new: str) -> None:
        """Edit a file."""
        text = self.read(name)
        assert old in text
        self.write(name, text.replace(old, new))

    def commit(self) -> None:
        """Commit everything."""
        trees.commit(self.path)

    def git(self, *words: str) -> str:
        """Run git in the project."""
        return finish.git(*words, cwd=self.path)

    def files(self) -> dict[str, tuple[int, bytes | str]]:
        """Return mode and content of every file, git-ignored ones too."""
        return trees.read(self.path)

    def snapshot(self) -> tuple[object, str, str]:
        """Return everything that must not change when nothing may."""
        return self.files(), self.git("ls-files", "--stage"), self.git("rev-parse", "HEAD")

    def clone(self, path: Path) -> Project:
        """Clone the project, as a teammate would."""
        finish.git("clone", "--quiet", str(self.path), str(path), cwd=self.path.parent)
        return Project(path, self.capfd)


def render(path: Path, *answers: str, version: str) -> Path:
    """Render a release afresh, with the defaults where no answer is given."""
    from newapi import answers as answering
    from newapi import catalog, choices

    with sources.open_source(None, version) as source:
        known = catalog.load(source.path)
        given = choices.read(choices.Choices(settings=answers), known)
        assert not given.problems
        resolution = answering.complete({**given.values}, "", {}, known)
        engine.render(source, resolution.answers, path)
    return path


def fresh(path: Path, *answers: str, version: str) -> dict[str, tree.Entry]:
    """Return what a new project would consist of."""
    render(path, *answers, version=version)
    found = tree.read(path)
    shutil.rmtree(path)
    return found
