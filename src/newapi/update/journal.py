"""The journal of a change: the files that it writes, and the state of the repository before.

It is written before the first file changes. Changes that are staged on top of each other, without a
commit in between, have one journal each.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from newapi.errors import NewapiError
from newapi.project.git import Repository

FORMAT = 2
_READABLE = {1, FORMAT}  # 1 does not record the branch
_FILE = "journal.json"

State = Literal["applying", "applied", "aborting"]


@dataclass(frozen=True)
class Step:
    """One path, with the digests of the file before and after the change; empty for no file."""

    path: str
    before: str
    after: str


@dataclass(frozen=True)
class Journal:
    """The record with which a change can be finished or taken back.

    The folder `old/` beside the journal holds the files from before the change. `new/` holds the
    files that have not been moved to their places yet, and `objects` the contents that will be
    staged: until they are, nothing refers to them, and `git gc` may remove them.
    """

    state: State
    head: str
    steps: tuple[Step, ...]
    index_before: Mapping[str, list[str]]
    index_after: Mapping[str, list[str]]
    summary: Mapping[str, Any]
    branch: str = ""  # empty when no branch is checked out

    @property
    def is_interrupted(self) -> bool:
        """Whether the process ended before the change was finished or taken back."""
        return self.state != "applied"

    @property
    def message(self) -> str:
        """Return the commit message that describes the change; older releases wrote none."""
        return str(self.summary.get("message", "Update the template"))


class Desk:
    """The folder in the git directory with the journal of one change of a project.

    The folders of the second change and of later ones have a number at the end.
    """

    def __init__(self, repository: Repository, number: int = 0) -> None:
        """Open the folder of a change; without a number, of the newest one."""
        self._repository = repository
        self.number = number or self._newest()
        self.folder = self._folder(self.number)
        self.lock = repository.git_dir / "newapi" / "lock"
        self.saved = repository.git_dir / "newapi" / "saved"
        self.old = self.folder / "old"
        self.new = self.folder / "new"
        self.objects = self.folder / "objects"
        self._file = self.folder / _FILE

    def journals(self) -> tuple[Journal, ...]:
        """Return the journals of all changes up to this one, the oldest first."""
        desks = (Desk(self._repository, number) for number in range(1, self.number + 1))
        return tuple(journal for desk in desks if (journal := desk.read()))

    def on_top(self, count: int) -> Desk:
        """Return the folder of a change on top of the first `count`; delete the journals above."""
        for number in range(self._newest(), count, -1):
            Desk(self._repository, number).clear()
        return Desk(self._repository, count + 1)

    def read(self) -> Journal | None:
        """Return the journal of the change; None if it has none.

        Raises:
            NewapiError: It is from another version of newapi.
        """
        try:
            content = json.loads(self._file.read_bytes())
        except FileNotFoundError:
            return None
        if content.pop("format") not in _READABLE:
            fix = "Use the version of newapi that began it."
            raise NewapiError("The journal of the last update cannot be read.", fix)
        steps = tuple(Step(**step) for step in content.pop("steps"))
        return Journal(steps=steps, **content)

    def write(self, journal: Journal) -> None:
        """Write the journal to the disk in one step."""
        draft = self._file.with_suffix(".part")
        with draft.open("w", encoding="ascii") as file:
            json.dump({"format": FORMAT, **asdict(journal)}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._file)

    def mark(self, journal: Journal, state: State) -> Journal:
        """Record the state of a change; return the journal with it."""
        marked = replace(journal, state=state)
        self.write(marked)
        return marked

    def prepare(self) -> None:
        """Make the folders of a new change."""
        self.clear()
        self.old.mkdir(parents=True)
        self.new.mkdir()

    def tidy(self) -> None:
        """Delete the folders that only an unfinished change needs."""
        self.objects.unlink(missing_ok=True)
        for folder in self.folder.iterdir():
            if folder.is_dir() and folder != self.old:
                shutil.rmtree(folder, ignore_errors=True)

    def clear(self) -> None:
        """Delete the journal, then the files of the change."""
        self._file.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        killed = self._folder(self.number + 1)  # of a change that was killed before its journal
        shutil.rmtree(killed, ignore_errors=True)

    def _folder(self, number: int) -> Path:
        name = hashlib.sha256(os.fsencode(self._repository.prefix)).hexdigest()[:12]
        return self._repository.git_dir / "newapi" / (name if number == 1 else f"{name}.{number}")

    def _newest(self) -> int:
        """Return the number of the newest change, at least 1."""
        number = 1
        while (self._folder(number + 1) / _FILE).exists():
            number += 1
        return number


def results(journals: Iterable[Journal]) -> dict[str, list[str]]:
    """Return the index entries that these changes have staged, by path."""
    return {path: found for journal in journals for path, found in journal.index_after.items()}


def digest(path: Path) -> str:
    """Return a digest of the kind, permissions and content of a file; empty for no file."""
    if path.is_symlink():
        return "link " + hashlib.sha256(os.fsencode(path.readlink())).hexdigest()
    try:
        content = path.read_bytes()
        permissions = path.stat().st_mode & 0o777
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""
    return f"{permissions:o} " + hashlib.sha256(content).hexdigest()
