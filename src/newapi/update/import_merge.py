"""Merge imports that both sides have changed, by their names.

The imports of the template stay as they are, with the names that the project has added, and with
those that the template no longer imports and the rest of the module still uses.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from newapi.update.hunks import Hunk

_WIDTH = 79  # that of the narrowest style; formatters leave a list with a comma at the end alone


class _Name(NamedTuple):
    """A name that a statement imports; without a module, `import name`."""

    module: str
    name: str
    alias: str

    @property
    def bound(self) -> str:
        """The name that the module has after the import."""
        return self.alias or (self.name if self.module else self.name.partition(".")[0])

    @property
    def shown(self) -> str:
        """The name as a statement has it."""
        return f"{self.name} as {self.alias}" if self.alias else self.name


class _Statement(NamedTuple):
    """Imports from one module, in the lines with these indexes."""

    module: str
    names: tuple[_Name, ...]
    lines: range


def merge(path: str, hunk: Hunk, around: tuple[bytes, bytes]) -> bytes | None:
    """Return the imports of a conflict; None where it has anything else.

    `around` is the text of the module before and after the conflict.
    """
    if not path.endswith(".py"):
        return None
    sides = [_read(b"".join(lines)) for lines in hunk]
    if any(side is None for side in sides) or _comments(hunk.ours) - _comments(hunk.base):
        return None
    base, ours, theirs = ([*side] for side in sides if side is not None)
    old, own, new = (
        [name for each in side for name in each.names] for side in (base, ours, theirs)
    )
    rest = b"\n".join(around)
    wanted = [name for name in own if name not in new and (name not in old or _is_used(name, rest))]
    result = [*new, *wanted]
    bound = [name.bound for name in result if name.module]
    if not theirs or len({*bound}) != len(bound):
        return None
    changed = {name.module for name in wanted}
    lines = [*hunk.theirs]
    if any(_comments([lines[n] for n in each.lines]) for each in theirs if each.module in changed):
        return None  # a comment may be about one of the names
    text = _with_names(b"".join(hunk.theirs).decode(), theirs, ours, wanted)
    found = _read(text.encode())
    if found is None or {n for each in found for n in each.names} != {*result}:
        return None
    return text.encode()


def _read(data: bytes) -> list[_Statement] | None:
    """Return the statements of a text that has nothing but imports."""
    try:
        text = textwrap.dedent(data.decode())
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return None
    found = []
    for node in body:
        match node:
            case ast.ImportFrom():
                module = "." * node.level + (node.module or "")
            case ast.Import():
                module = ""
            case _:
                return None
        names = tuple(_Name(module, each.name, each.asname or "") for each in node.names)
        if any(name.name == "*" for name in names):
            return None
        end = node.end_lineno or node.lineno
        found.append(_Statement(module, names, range(node.lineno - 1, end)))
    lines = [line for each in found for line in each.lines]
    return found if len(lines) == len({*lines}) else None


def _with_names(
    text: str, theirs: Sequence[_Statement], ours: Sequence[_Statement], wanted: Sequence[_Name]
) -> str:
    """Add names to the statements of their modules, and those that have none behind neighbours."""
    lines = text.splitlines(keepends=True)
    indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    added: dict[str | _Name, list[_Name]] = {}
    for name in wanted:
        added.setdefault(name.module or name, []).append(name)
    after: dict[int, list[str]] = {}
    for module, names in added.items():
        place = next((each for each in theirs if each.module == module), None)
        if place is not None:
            lines[place.lines[0]] = _statement([*place.names, *names], indent)
            lines[place.lines[0] + 1 : place.lines[-1] + 1] = [""] * (len(place.lines) - 1)
        else:
            line = _neighbour(names[0], ours, theirs)
            after.setdefault(line, []).append(_statement(names, indent))
    return "".join(
        [
            *after.get(-1, ()),
            *(p for n, line in enumerate(lines) for p in (line, *after.get(n, ()))),
        ]
    )


def _neighbour(name: _Name, ours: Sequence[_Statement], theirs: Sequence[_Statement]) -> int:
    """Return the last line of the template's statement that the project has above a name."""
    ends = {(each.module or each.names[0]): each.lines[-1] for each in theirs}
    found = -1
    for each in ours:
        if name in each.names:
            break
        found = ends.get(each.module or each.names[0], found)
    return found


def _statement(names: Sequence[_Name], indent: str) -> str:
    """Return a statement, its names in the usual order: constants, classes, others."""
    module = names[0].module
    shown = [name.shown for name in sorted(names, key=_rank)]
    if not module:
        return f"{indent}import {', '.join(shown)}\n"
    line = f"{indent}from {module} import {', '.join(shown)}\n"
    if len(line) - 1 <= _WIDTH:
        return line
    inner = "".join(f"{indent}    {each},\n" for each in shown)
    return f"{indent}from {module} import (\n{inner}{indent})\n"


def _rank(name: _Name) -> tuple[int, str, str]:
    is_constant = name.name.isupper() and len(name.name) > 1
    kind = 0 if is_constant else 1 if name.name[:1].isupper() else 2
    return kind, name.name.lower(), name.name


def _is_used(name: _Name, text: bytes) -> bool:
    return re.search(rb"\b%s\b" % re.escape(name.bound.encode()), text) is not None


def _comments(lines: Sequence[bytes]) -> set[bytes]:
    return {line.partition(b"#")[2].strip() for line in lines if b"#" in line}
