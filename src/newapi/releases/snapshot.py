"""The files of a template version, and the hashes that name it.

Standard library only: the build hook imports this module before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FROZEN = ("copier.yml", "features", "template", "generators")
LITTER = frozenset(
    {".DS_Store", ".git", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv", "__pycache__"}
)


@dataclass(frozen=True)
class File:
    """One file of a template: its content and whether it may be executed."""

    content: bytes
    executable: bool = False

    @property
    def mode(self) -> str:
        """Return the permissions as a release records them."""
        return "755" if self.executable else "644"

    @property
    def sha256(self) -> str:
        """Return the name of the content."""
        return hashlib.sha256(self.content).hexdigest()


def read(root: Path) -> dict[str, File]:
    """Read the template of a checkout, by its path with forward slashes."""
    return {
        path.relative_to(root).as_posix(): File(
            path.read_bytes(), bool(path.stat().st_mode & stat.S_IXUSR)
        )
        for path in walk(root)
    }


def walk(root: Path) -> Iterator[Path]:
    """Yield what belongs to the template, sorted, without following links."""
    for name in FROZEN:
        yield from _walk(root / name)


def _walk(path: Path) -> Iterator[Path]:
    if path.name in LITTER or path.suffix in {".pyc", ".pyo"}:
        return
    if path.is_dir() and not path.is_symlink():
        for inner in sorted(path.iterdir()):
            yield from _walk(inner)
    elif os.path.lexists(path):
        yield path


def tree_hash(files: Mapping[str, tuple[str, str]]) -> str:
    """Hash a manifest of `path: (mode, sha256)`; the order of its entries does not matter."""
    lines = (f"{mode} {digest} {path}\n" for path, (mode, digest) in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def manifest(files: Mapping[str, File]) -> dict[str, tuple[str, str]]:
    """Return `path: (mode, sha256)` for each file."""
    return {path: (file.mode, file.sha256) for path, file in files.items()}


def chain_hash(previous: str, version: str, tree: str) -> str:
    """Tie a release to all that came before it."""
    return hashlib.sha256(f"{previous}\n{version}\n{tree}\n".encode()).hexdigest()
