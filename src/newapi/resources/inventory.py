"""Which resources a project has, and what is needed to check new ones against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from newapi import tree
from newapi.resources import store
from newapi.tree import Entry, Tree

if TYPE_CHECKING:
    from newapi.git import Item, Repository
    from newapi.resources.definition import Definition


@dataclass(frozen=True)
class Inventory:
    """The definitions of a project, and the files that hold them."""

    definitions: Mapping[str, Definition] = field(default_factory=dict)
    files: Tree = field(default_factory=dict)


def committed(repository: Repository, listing: Mapping[str, Item]) -> Inventory:
    """Read what the last commit has.

    Raises:
        NewapiError: A definition is not as newapi wrote it.
    """
    items = {p: item for p, item in listing.items() if _is_definition(p) and item.is_file}
    blobs = repository.blobs(item.digest for item in items.values())
    return _read({path: Entry(blobs[item.digest]) for path, item in items.items()})


def present(project: Path) -> Inventory:
    """Read what is on the disk.

    Raises:
        NewapiError: A definition is not as newapi wrote it.
    """
    paths = sorted((project / store.FOLDER).glob("*.yml"))
    found = {f"{store.FOLDER}/{path.name}": tree.look(path) for path in paths}
    return _read({path: e for path, e in found.items() if e is not None and e.kind == "file"})


def sources(repository: Repository, listing: Mapping[str, Item]) -> dict[str, str]:
    """Return the text of every module of the application."""
    items = {
        path: item
        for path, item in listing.items()
        if path.startswith("app/") and path.endswith(".py") and item.is_file
    }
    blobs = repository.blobs(item.digest for item in items.values())
    return {path: blobs[item.digest].decode(errors="replace") for path, item in items.items()}


def _read(files: Tree) -> Inventory:
    found = (store.read(path, entry.data) for path, entry in sorted(files.items()))
    return Inventory({definition.name: definition for definition in found}, files)


def _is_definition(path: str) -> bool:
    pure = PurePosixPath(path)
    return pure.parent.as_posix() == store.FOLDER and pure.suffix == ".yml"
