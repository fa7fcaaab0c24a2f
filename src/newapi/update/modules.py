"""The Python modules of a tree: the names that they define, and the names that they use."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from newapi.project import tree

if TYPE_CHECKING:
    from newapi.project.tree import Entry, Tree

_ANYTHING = "*"  # a module with this name may have every name
_OWN_NAMES = frozenset({*dir(builtins), "__file__", "__path__", "__class__"})


@dataclass(frozen=True)
class Use:
    """A module that is imported, or a name of a module that is imported or used."""

    module: str
    name: str
    line: int

    def __str__(self) -> str:
        """Return the full name."""
        return f"{self.module}.{self.name}" if self.name else self.module


@lru_cache(maxsize=4096)
def parsed(data: bytes) -> ast.Module | None:
    """Return the syntax tree of a file; None when it cannot be parsed."""
    try:
        return ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class Modules:
    """The modules below a folder, by the names under which they are imported."""

    def __init__(self, files: Tree) -> None:
        """Name the modules of these files."""
        self.files = files
        paths = [path for path in files if path.endswith(".py")]
        self._roots = _source_roots(paths)
        self._paths: dict[str, str] = {}
        self._folders: set[str] = set()
        for path in paths:
            name = self.name_of(path)
            self._paths[name] = path
            while name := name.rpartition(".")[0]:
                self._folders.add(name)
        self._names: dict[str, frozenset[str]] = {}

    def name_of(self, path: str) -> str:
        """Return the name under which a file is imported."""
        root = next((root for root in self._roots if path.startswith(f"{root}/")), "")
        inner = path[len(root) :].strip("/").removesuffix(".py").removesuffix("/__init__")
        return inner.replace("/", ".")

    def has(self, use: Use) -> bool:
        """Whether a module is there, and has a name."""
        if use.module not in self._paths and use.module not in self._folders:
            return False
        if not use.name or f"{use.module}.{use.name}" in {*self._paths} | self._folders:
            return True
        names = self._names_in(use.module)
        return use.name in names or _ANYTHING in names

    def uses(self, path: str) -> Iterator[Use]:
        """Yield the imports of a file, and the attributes of imported modules that it uses."""
        nodes = [*_walk(self.files[path].data)]
        aliases: dict[str, str] = {}
        for node in nodes:
            for use, alias in self._imported(path, node):
                yield use
                if alias and str(use) in self._paths:
                    aliases[alias] = str(use)
        rebound = {
            name
            for node in nodes
            if not isinstance(node, ast.Import | ast.ImportFrom)
            for name in _bound(node)
        }
        for node in nodes:
            match node:
                case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                    if name in aliases and name not in rebound:
                        yield Use(aliases[name], attribute, node.lineno)

    def _imported(self, path: str, node: ast.AST) -> Iterator[tuple[Use, str]]:
        """Yield the modules and names of an import, each with its name in this file."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Use(alias.name, "", node.lineno), alias.asname or ""
        elif isinstance(node, ast.ImportFrom):
            base = self._base(path, node)
            for alias in node.names:
                name = "" if alias.name == _ANYTHING else alias.name
                yield Use(base, name, node.lineno), alias.asname or name

    def _base(self, path: str, node: ast.ImportFrom) -> str:
        """Return the full name of the module that names are imported from."""
        if not node.level:
            return node.module or ""
        parts = self.name_of(path).split(".")
        is_package = path.endswith("/__init__.py")
        parts = parts[: len(parts) - node.level + is_package]
        return ".".join([*parts, *([node.module] if node.module else [])])

    def _names_in(self, name: str) -> frozenset[str]:
        if name not in self._names:
            path = self._paths.get(name)
            self._names[name] = _bound_at_top(self.files[path].data) if path else frozenset()
        return self._names[name]


def unbound(entry: Entry) -> dict[str, int]:
    """Return the names that a file uses and that nothing in it defines, with their first line."""
    nodes = [*_walk(entry.data)]
    bound = {name for node in nodes for name in _bound(node)} | _OWN_NAMES
    found: dict[str, int] = {}
    if _ANYTHING in bound:
        return found
    for node in nodes:
        if isinstance(node, ast.Name) and node.id not in bound:
            found[node.id] = min(node.lineno, found.get(node.id, node.lineno))
    return found


def _source_roots(paths: list[str]) -> list[str]:
    """Return the folders that hold packages, and no module themselves, such as `src`."""
    with_modules = {path.rpartition("/")[0] for path in paths}
    return sorted(
        (
            folder
            for folder in tree.folders(dict.fromkeys(paths))
            if folder not in with_modules
            and not any(parent in with_modules for parent in tree.parents(folder))
        ),
        key=len,
        reverse=True,
    )


@lru_cache(maxsize=4096)
def _bound_at_top(data: bytes) -> frozenset[str]:
    """Return the names that a module has; everything where that cannot be known."""
    module = parsed(data)
    if module is None:
        return frozenset({_ANYTHING})
    found, waiting = set[str](), list[ast.AST](module.body)
    while waiting:
        node = waiting.pop()
        found.update(_bound(node))
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return frozenset(found | {_ANYTHING} if "__getattr__" in found else found)


def _walk(data: bytes) -> Iterator[ast.AST]:
    module = parsed(data)
    if module is not None:
        yield from ast.walk(module)


def _bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node binds."""
    match node:
        case ast.Name(id=bound, ctx=ast.Store() | ast.Del()) | ast.arg(arg=bound):
            yield bound
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            is_plain = isinstance(node, ast.Import)
            for alias in aliases:
                yield alias.asname or (alias.name.partition(".")[0] if is_plain else alias.name)
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case ast.alias():
            return
        case _:  # handlers, patterns and type parameters
            for field in ("name", "rest"):
                if isinstance(name := getattr(node, field, None), str):
                    yield name
