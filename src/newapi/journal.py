"""What an update is about to change, written down before it changes anything."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from newapi.errors import NewapiError
from newapi.git import Repository

FORMAT = 1

State = Literal["applying", "applied", "aborting"]


@dataclass(frozen=True)
class Step:
    """One path: the hash of what was there and of what will be; empty for nothing."""

    path: str
    before: str
    after: str


@dataclass(frozen=True)
class Journal:
    """Everything that is needed to finish an update, or to take it back.

    `old/` beside it holds what was at each path, `new/` what is not yet in its place.
    """

    state: State
    head: str
    steps: tuple[Step, ...]
    index_before: Mapping[str, list[str]]
    index_after: Mapping[str, list[str]]
    summary: Mapping[str, Any]

    @property
    def is_interrupted(self) -> bool:
        """Whether the update was neither finished nor taken back."""
        return self.state != "applied"


class Desk:
    """The folder in the git directory where the journal of one project is."""

    def __init__(self, repository: Repository) -> None:
        name = hashlib.sha256(os.fsencode(repository.prefix)).hexdigest()[:12]
        self.folder = repository.git_dir / "newapi" / name
        self.lock = repository.git_dir / "newapi" / "lock"
        self.saved = repository.git_dir / "newapi" / "saved"
        self.old = self.folder / "old"
        self.new = self.folder / "new"
        self._file = self.folder / "journal.json"

    def read(self) -> Journal | None:
        """Return the journal of the last update; None when there is none.

        Raises:
            NewapiError: It is from another version of newapi.
        """
        try:
            content = json.loads(self._file.read_bytes())
        except FileNotFoundError:
            return None
        if content.pop("format") != FORMAT:
            fix = "Use the version of newapi that began it."
            raise NewapiError("The journal of the last update cannot be read.", fix)
        steps = tuple(Step(**step) for step in content.pop("steps"))
        return Journal(steps=steps, **content)

    def write(self, journal: Journal) -> None:
        """Write the journal, in one step and for good."""
        draft = self._file.with_suffix(".part")
        with draft.open("w", encoding="ascii") as file:
            json.dump({"format": FORMAT, **asdict(journal)}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._file)

    def mark(self, journal: Journal, state: State) -> Journal:
        """Write down how far it is."""
        marked = replace(journal, state=state)
        self.write(marked)
        return marked

    def prepare(self) -> None:
        """Make an empty desk."""
        self.clear()
        self.old.mkdir(parents=True)
        self.new.mkdir()

    def tidy(self) -> None:
        """Keep only what taking the update back needs."""
        for folder in self.folder.iterdir():
            if folder.is_dir() and folder != self.old:
                shutil.rmtree(folder, ignore_errors=True)

    def clear(self) -> None:
        """Forget the update; the journal goes first, so that no half of it is ever read."""
        self._file.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def digest(path: Path) -> str:
    """Name what is at a path: its kind, permissions and content."""
    if path.is_symlink():
        return "link " + hashlib.sha256(os.fsencode(path.readlink())).hexdigest()
    try:
        content = path.read_bytes()
        permissions = path.stat().st_mode & 0o777
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""
    return f"{permissions:o} " + hashlib.sha256(content).hexdigest()
