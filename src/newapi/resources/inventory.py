"""The resources of a project, and the names that new ones are checked against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from newapi.project import tree
from newapi.project.tree import Entry, Tree
from newapi.resources import store
from newapi.resources.generator import Generator

if TYPE_CHECKING:
    from newapi.project.git import Item, Repository
    from newapi.resources.definition import Definition

FOLDERS = ("app/", "tests/")  # of the application and its tests, in the template


@dataclass(frozen=True)
class Inventory:
    """The definitions of a project, and the files that hold them."""

    definitions: Mapping[str, Definition] = field(default_factory=dict)
    files: Tree = field(default_factory=dict)

    def changed(self, definitions: Mapping[str, Definition]) -> Inventory:
        """Return other definitions; the file of one that stays as it is stays as it is."""
        fresh = of({n: each for n, each in definitions.items() if self.definitions.get(n) != each})
        kept = (store.path_of(name) for name in definitions.keys() - fresh.definitions.keys())
        return Inventory(definitions, {**{path: self.files[path] for path in kept}, **fresh.files})


def of(definitions: Mapping[str, Definition]) -> Inventory:
    """Return these definitions with the files that newapi writes for them."""
    files = {
        store.path_of(name): Entry(store.write(definition).encode())
        for name, definition in definitions.items()
    }
    return Inventory(definitions, files)


def committed(repository: Repository, listing: Mapping[str, Item], template: Path) -> Inventory:
    """Read the resources of the last commit; a template without a generator has none.

    Raises:
        NewapiError: A definition is not as newapi wrote it.
    """
    items = {p: item for p, item in listing.items() if _is_definition(p) and item.is_file}
    if not items or not Generator(template).is_there:
        return Inventory()
    blobs = repository.blobs(item.digest for item in items.values())
    return _read({path: Entry(blobs[item.digest]) for path, item in items.items()})


def present(project: Path, template: Path) -> Inventory:
    """Read the resources in the work tree.

    Raises:
        NewapiError: A definition is not as newapi wrote it.
    """
    if not Generator(template).is_there:
        return Inventory()
    paths = sorted((project / store.FOLDER).glob("*.yml"))
    found = {f"{store.FOLDER}/{path.name}": tree.look(path) for path in paths}
    return _read({path: e for path, e in found.items() if e is not None and e.kind == "file"})


def modules(
    repository: Repository, listing: Mapping[str, Item], origin: Callable[[str], str] = str
) -> dict[str, bytes]:
    """Return the Python files of the application and its tests, by their paths in the template.

    `origin` returns that path, where a project has moved folders.
    """
    items = {
        origin(path): item
        for path, item in listing.items()
        if path.endswith(".py") and item.is_file and origin(path).startswith(FOLDERS)
    }
    blobs = repository.blobs(item.digest for item in items.values())
    return {path: blobs[item.digest] for path, item in items.items()}


def _read(files: Tree) -> Inventory:
    own = {path: entry for path, entry in sorted(files.items()) if _is_own(entry.data)}
    found = (store.read(path, entry.data) for path, entry in own.items())
    return Inventory({definition.name: definition for definition in found}, own)


def _is_own(data: bytes) -> bool:
    """Whether newapi has written a file, even if it was edited since."""
    return b"newapi" in data or b"\ndigest:" in data


def _is_definition(path: str) -> bool:
    pure = PurePosixPath(path)
    return pure.parent.as_posix() == store.FOLDER and pure.suffix == ".yml"
