"""A project as a value: every path with its file, link or submodule."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

_BINARY_PREFIX = 8000  # as far as git looks for a NUL


@dataclass(frozen=True)
class Entry:
    """A file, a link (`data` is its target) or a submodule (`data` is its commit)."""

    data: bytes
    executable: bool = False
    kind: Literal["file", "link", "module"] = "file"

    @property
    def mode(self) -> str:
        """Return the mode as git writes it."""
        if self.kind == "file":
            return "100755" if self.executable else "100644"
        return "120000" if self.kind == "link" else "160000"

    @property
    def is_text(self) -> bool:
        """Whether lines of this can be merged."""
        return self.kind == "file" and b"\0" not in self.data[:_BINARY_PREFIX]

    @property
    def content(self) -> tuple[str, bytes]:
        """Return what matters apart from permissions."""
        return self.kind, self.data


Tree: TypeAlias = Mapping[str, Entry]


def read(root: Path) -> dict[str, Entry]:
    """Read every file below a folder."""
    return {name: found for name in walk(root) if (found := look(root / name)) is not None}


def walk(root: Path) -> Iterator[str]:
    """Yield the path of every file and link below a folder, with forward slashes."""
    for folder, folders, files in os.walk(root):
        prefix = Path(folder).relative_to(root).as_posix() + "/"
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in (*files, *links):
            yield f"{prefix}{name}".removeprefix("./")


def look(path: Path) -> Entry | None:
    """Return the file or link at a path of the file system; None for a folder or nothing."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(mode):
        return Entry(os.fsencode(path.readlink()), kind="link")
    if stat.S_ISREG(mode):
        return Entry(path.read_bytes(), bool(mode & stat.S_IXUSR))
    return None


def write(path: Path, entry: Entry) -> None:
    """Write a file or a link, with its folders, where nothing is yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if entry.kind == "link":
        path.symlink_to(os.fsdecode(entry.data))
        return
    path.write_bytes(entry.data)
    path.chmod(0o755 if entry.executable else 0o644)


def parents(path: str) -> list[str]:
    """Return the folders that a path is in, the nearest first.

    >>> parents("a/b/c.py")
    ['a/b', 'a']
    """
    found = []
    while path := path.rpartition("/")[0]:
        found.append(path)
    return found


def blocker(root: Path, path: str) -> str:
    """Return the outermost parent of a path that is a link or a file, else an empty text."""
    for parent in reversed(parents(path)):
        found = root / parent
        if found.is_symlink() or (found.exists() and not found.is_dir()):
            return parent
    return ""


def folders(paths: Iterator[str] | Mapping[str, object]) -> set[str]:
    """Return every folder that these paths are in."""
    return {parent for path in paths for parent in parents(path)}
