"""Names and settings that the template has renamed, found where a project uses the old ones."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from newapi import tree
from newapi.environment import ENV
from newapi.tree import Entry, Tree

if TYPE_CHECKING:
    from newapi.git import Item, Repository

_CONSTANT = re.compile(r"\b[A-Z][A-Z0-9_]+\b")  # the names of environment variables, too
_SUFFIXES = {"", ".env", ".json", ".py", ".sh", ".tf", ".toml", ".yaml", ".yml"}
_LARGEST = 100_000  # bytes


def read(
    repository: Repository, listing: Mapping[str, Item], without: Collection[str]
) -> dict[str, Entry]:
    """Return the other files that may use names of the template: what is committed, and `.env`."""
    items = {
        path: item
        for path, item in listing.items()
        if item.is_file and item.size <= _LARGEST and _may_use_names(path) and path not in without
    }
    blobs = repository.blobs(item.digest for item in items.values())
    env = tree.look(repository.project / ENV)
    unversioned = {ENV: env} if env and ENV not in without else {}
    return {path: Entry(blobs[item.digest]) for path, item in items.items()} | unversioned


def find(
    files: Tree, base: Tree, theirs: Tree, names: Mapping[str, str], renames: Mapping[str, str]
) -> Iterator[str]:
    """Yield one warning for each file of the project that uses names of the old template.

    `names` maps old names to new ones, as `_newapi.names` in `copier.yml` lists them, and `renames`
    old paths to new ones. Only those count that the old template uses and the new one does not.
    """
    known = {_module(old): _module(new) for old, new in renames.items() if old.endswith(".py")}
    known |= names
    found: dict[str, set[str]] = {}
    for path, entry in sorted(files.items()):
        if entry != theirs.get(path):
            used = _used(path, entry)
            lost = _lost(used, _used(path, theirs[path]), known) if path in theirs else set()
            if hits := used & known.keys() | lost:
                found[path] = hits
    gone = _used_in(base) - _used_in(theirs) if found else set()
    for path, used in found.items():
        if renamed := [f"{_shown(old, names)} is now {known[old]}" for old in sorted(used & gone)]:
            yield f"{path} uses names that the template has renamed: {'; '.join(renamed)}"


def _lost(used: set[str], wanted: set[str], known: Mapping[str, str]) -> set[str]:
    """Return old names in a file of the template that the new one imports no longer."""
    imported = {name.rpartition(".")[2] for name in used if "." in name}
    bare = used - wanted - imported
    return {name for name in known if "." in name and name.rpartition(".")[2] in bare}


def _may_use_names(path: str) -> bool:
    name = PurePosixPath(path)
    return name.suffix in _SUFFIXES or name.name.startswith((".env", "Dockerfile"))


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def _shown(name: str, names: Mapping[str, str]) -> str:
    return name.rpartition(".")[2] if name in names else name


def _used_in(files: Tree) -> set[str]:
    return {name for path, entry in files.items() for name in _used(path, entry)}


def _used(path: str, entry: Entry) -> set[str]:
    """Return the names that a file uses; imported ones with their module: `app.config.Settings`."""
    if not (entry.is_text and _may_use_names(path)):
        return set()
    text = entry.data.decode("utf-8", "replace")
    used = set(_CONSTANT.findall(text))
    if path.endswith(".py"):
        with suppress(SyntaxError, ValueError, RecursionError):  # conflicts are named anyway
            used.update(name for node in ast.walk(ast.parse(text)) for name in _names(node))
    return used


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.ImportFrom(module=str(module), names=aliases):
            yield module
            yield from (f"{module}.{alias.name}" for alias in aliases)
        case ast.Import(names=aliases):
            yield from (alias.name for alias in aliases)
        case ast.Name(id=str(name)) | ast.Attribute(attr=str(name)):
            yield name
        case ast.arg(arg=str(name)) | ast.keyword(arg=str(name)):
            yield name
