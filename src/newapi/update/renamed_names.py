"""Names and settings that the template has renamed, found where a project uses the old ones."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from newapi.project import tree
from newapi.project.env_file import ENV
from newapi.project.tree import Entry, Tree

if TYPE_CHECKING:
    from newapi.project.git import Item, Repository

_CONSTANT = re.compile(r"\b[A-Z][A-Z0-9_]+\b")  # the names of environment variables, too
_SUFFIXES = {"", ".env", ".json", ".py", ".sh", ".tf", ".toml", ".yaml", ".yml"}
_LARGEST = 100_000  # bytes


def read(
    repository: Repository, listing: Mapping[str, Item], without: Collection[str]
) -> dict[str, Entry]:
    """Return the other committed files that may use names of the template, and `.env`."""
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
        wanted = theirs.get(path)
        if entry != wanted:
            lost = _lost(entry, wanted, known) if wanted else set()
            found[path] = lost | _used(path, entry) & known.keys()
    found = {path: used for path, used in found.items() if used}
    gone = _used_in(base) - _used_in(theirs) if found else set()
    for path, used in found.items():
        if renamed := [f"{_shown(old, names)} is now {known[old]}" for old in sorted(used & gone)]:
            yield f"{path} uses names that the template has renamed: {'; '.join(renamed)}"


def _lost(entry: Entry, wanted: Entry, known: Mapping[str, str]) -> set[str]:
    """Return names in a file of the template that it imported, and does not any longer."""
    nodes = list(_nodes(entry))
    imported = {name.rpartition(".")[2] for node in nodes for name in _names(node)}
    variables = _variables(nodes) - _variables(_nodes(wanted)) - imported
    return {name for name in known if "." in name and name.rpartition(".")[2] in variables}


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
    used = set(_CONSTANT.findall(entry.data.decode("utf-8", "replace")))
    if path.endswith(".py"):
        used.update(name for node in _nodes(entry) for name in _names(node))
    return used


def _nodes(entry: Entry) -> Iterator[ast.AST]:
    with suppress(SyntaxError, ValueError, RecursionError):  # conflicts are named anyway
        yield from ast.walk(ast.parse(entry.data))


def _variables(nodes: Iterable[ast.AST]) -> set[str]:
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.ImportFrom(module=str(module), names=aliases):
            yield module
            yield from (f"{module}.{alias.name}" for alias in aliases)
        case ast.Import(names=aliases):
            yield from (alias.name for alias in aliases)
        case ast.arg(arg=str(name)) | ast.keyword(arg=str(name)) | ast.Attribute(attr=str(name)):
            yield name
