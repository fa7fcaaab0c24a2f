"""A project under test: made, edited, committed, updated."""

from __future__ import annotations

from pathlib import Path

import pytest

from newapi.project import env_file, tree
from newapi.template import sources
from newapi.terminal import external_tools
from tests import trees
from tests.runs import Result, run


class Project:
    """A folder with a project in a git repository of its own."""

    def __init__(self, path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self.capfd = capfd

    def create(self, *answers: str, version: str = "v0.1.0") -> Project:
        """Make and commit the project, as `newapi create` of that release did."""
        for name, entry in fresh(*answers, version=version).items():
            put(self.path / name, entry)
        env_file.write_env(self.path)
        trees.commit(self.path)
        return self

    def run(self, *words: str) -> Result:
        """Run newapi in the current folder."""
        return run(words, self.capfd)

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
        return external_tools.git(*words, cwd=self.path)

    def files(self) -> dict[str, tuple[int, bytes | str]]:
        """Return mode and content of every file, git-ignored ones too."""
        return trees.read(self.path)

    def snapshot(self) -> tuple[object, str, str]:
        """Return everything that must not change when nothing may."""
        return self.files(), self.git("ls-files", "--stage"), self.git("rev-parse", "HEAD")

    def clone(self, path: Path) -> Project:
        """Clone the project, as a teammate would."""
        external_tools.git("clone", "--quiet", str(self.path), str(path), cwd=self.path.parent)
        return Project(path, self.capfd)


def put(path: Path, entry: tree.Entry) -> None:
    """Write one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if entry.kind == "link":
        path.symlink_to(entry.data.decode())
        return
    path.write_bytes(entry.data)
    path.chmod(0o755 if entry.executable else 0o644)


def fresh(*answers: str, version: str) -> dict[str, tree.Entry]:
    """Return the files of a new project, with the defaults where no answer is given."""
    from newapi.questions import answers as answering
    from newapi.questions import choices
    from newapi.template import catalog
    from newapi.update import planning

    with sources.open_source(None, version) as source:
        known = catalog.load(source.path)
        given = choices.read(choices.Choices(settings=answers), known)
        assert not given.problems
        resolution = answering.complete({**given.values}, "", {}, known)
        return dict(planning.render(source, resolution.answers, "demo"))
