"""Put `from module import name` where import sorting would, and take it out again."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

from newapi.resources import source as sources
from newapi.resources.source import WIDTH, Source

FIRST_PARTY = frozenset({"app", "tests"})

Key: TypeAlias = tuple[Any, ...]
Statement: TypeAlias = ast.Import | ast.ImportFrom


class Import(NamedTuple):
    """One imported name."""

    module: str
    name: str
    alias: str | None = None

    @property
    def item(self) -> str:
        """Return the name as it is written after `import`."""
        return f"{self.name} as {self.alias}" if self.alias else self.name

    @property
    def line(self) -> str:
        """Return a statement that imports only this."""
        return f"from {self.module} import {self.item}"


def parse(line: str) -> list[Import]:
    """Read a statement; one that imports several names is several.

    >>> [found.line for found in parse("from app.a import B, C as D")]
    ['from app.a import B', 'from app.a import C as D']
    """
    match ast.parse(line).body:
        case [ast.ImportFrom(module=str(module), names=names, level=0)]:
            return [Import(module, name.name, name.asname) for name in names]
    raise ValueError(f"not an import: {line}")


def has(source: Source, wanted: Import) -> bool:
    """Whether the module imports a name already."""
    return any(_index(node, wanted) is not None for node in _of(source.module, wanted.module))


def add(source: Source, wanted: Import) -> str:
    """Return the text with one more import."""
    for node in _of(source.module, wanted.module):
        if node.names[0].name != "*":
            return _with_name(source, node, wanted)
    packages = _own(wanted.module)
    block = _block(source.module, packages)
    own = [node for node in block if _is_own(node, packages)]
    line = wanted.line if len(wanted.line) <= WIDTH else _wrapped(source, wanted.module, [wanted])
    if not block:
        return _with_first(source, line)
    if not own:
        return source.with_line(source.line_end(block[-1]), source.newline + line)
    before = [node for node in own if _comes_before(node, wanted)]
    if before:
        return source.with_line(source.line_end(before[-1]), line)
    floor = next((a.end_lineno for a, b in pairwise(block) if b is own[0]), own[0].lineno - 1)
    return source.with_line(source.above(own[0], floor or 0), line)


def drop(source: Source, wanted: Import) -> str | None:
    """Return the text without an import; None when it cannot be told what else would go."""
    for node in _of(source.module, wanted.module):
        index = _index(node, wanted)
        if index is None:
            continue
        if len(node.names) > 1:
            return sources.take(source, node.names, index)
        if not source.is_alone(node):
            return None
        return _without(source, node)
    return None


def member_key(name: str) -> Key:
    """Sort imported names as ruff does: constants, classes, the rest, whatever their case."""
    return _kind(name), _natural(name.lower()), _natural(name)


def export_key(name: str) -> Key:
    """Sort names in `__all__` as ruff does: constants, classes, the rest, by their case."""
    return _kind(name), _natural(name)


def _kind(name: str) -> int:
    return 0 if len(name) > 1 and name.isupper() else 1 if name[:1].isupper() else 2


def _natural(text: str) -> Key:
    return tuple(int(part) if part.isdigit() else part for part in re.split(r"([0-9]+)", text))


def _own(module: str) -> frozenset[str]:
    """Return the packages of a project that has a module; it may have renamed `app`."""
    return FIRST_PARTY | {module.partition(".")[0]}


def _block(module: ast.Module, own: Collection[str]) -> list[Statement]:
    """Return the run of imports in which the project's own are; else the first run."""
    runs: list[list[Statement]] = [[]]
    for node in module.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            runs[-1].append(node)
        elif runs[-1]:
            runs.append([])
    return next((run for run in runs if any(_is_own(node, own) for node in run)), runs[0])


def _is_own(node: Statement, own: Collection[str]) -> bool:
    if isinstance(node, ast.ImportFrom):
        return not node.level and (node.module or "").split(".")[0] in own
    return node.names[0].name.split(".")[0] in own


def _comes_before(node: Statement, wanted: Import) -> bool:
    """Whether a statement stands before one that is to be added: plain imports do."""
    if isinstance(node, ast.Import):
        return True
    return _natural(node.module or "") <= _natural(wanted.module)


def _of(module: ast.Module, name: str) -> Iterator[ast.ImportFrom]:
    for node in module.body:
        if isinstance(node, ast.ImportFrom) and node.module == name and not node.level:
            yield node


def _index(node: ast.ImportFrom, wanted: Import) -> int | None:
    pairs = [(name.name, name.asname) for name in node.names]
    pair = wanted.name, wanted.alias
    return pairs.index(pair) if pair in pairs else None


def _with_name(source: Source, node: ast.ImportFrom, wanted: Import) -> str:
    """Add a name to a statement that there is."""
    key = member_key(wanted.name)
    before = [number for number, name in enumerate(node.names) if member_key(name.name) <= key]
    index = before[-1] + 1 if before else 0
    text = sources.insert(source, node, node.names, index, wanted.item)
    line = text[source.line_start(node) :].splitlines()[0]
    if len(line) <= WIDTH or not source.is_alone(node) or node.lineno != node.end_lineno:
        return text
    names = [Import(wanted.module, name.name, name.asname) for name in node.names]
    names.insert(index, wanted)
    start, end = source.line_start(node), source.line_end(node)
    wrapped = _wrapped(source, wanted.module, names)
    return source.text[:start] + wrapped + source.newline + source.text[end:]


def _with_first(source: Source, line: str) -> str:
    """Begin a block of imports: behind the docstring, before everything else."""
    body = source.module.body
    if not body:
        return source.with_line(len(source.text), line)
    if ast.get_docstring(source.module, clean=False) is not None:
        return source.with_line(source.line_end(body[0]), source.newline + line)
    return source.with_line(source.line_start(body[0]), line + source.newline)


def _without(source: Source, node: ast.ImportFrom) -> str:
    """Take a statement out; with the last one of its section, a blank line goes too."""
    start, end = source.line_start(node), source.line_end(node)
    packages = _own(node.module or "")
    if sum(_is_own(each, packages) for each in _block(source.module, packages)) == 1:
        above = source.lines[node.lineno - 2 : node.lineno - 1]
        below = source.lines[node.end_lineno or 0 :][:1]
        if above and not above[0].strip():
            start -= len(above[0])
        elif below and not below[0].strip():
            end += len(below[0])
    return source.without(start, end)


def _wrapped(source: Source, module: str, names: list[Import]) -> str:
    lines = (f"from {module} import (", *(f"    {name.item}," for name in names), ")")
    return source.newline.join(lines)
