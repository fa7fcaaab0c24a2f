"""Put a call beside calls of the same function, or an entry into a list; and take them out."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from typing import NamedTuple, TypeVar

from newapi.resources import imports
from newapi.resources import source as sources
from newapi.resources.source import WIDTH, Source

N = TypeVar("N", ast.expr, ast.stmt)


class Row(NamedTuple):
    """A list that is assigned at the top level of a module."""

    statement: ast.stmt
    literal: ast.List | ast.Tuple


def has_call(source: Source, function: str, line: str) -> bool:
    """Whether there is such a call already."""
    return _find(_calls(source, function, line), line) is not None


def add_call(source: Source, function: str, line: str, siblings: Collection[str]) -> str | None:
    """Return the text with one more call; None when nothing shows where it belongs."""
    calls = _calls(source, function, line)
    if calls:
        index = _index(calls, line, siblings)
    else:
        root = line.split("(")[0].split(".")[0]
        calls = [node for node in _body(source, function) if root in _assigned(node)][-1:]
        index = 1
    if not calls or any(source.indent(node).strip() for node in calls):
        return None
    if index:
        node = calls[index - 1]
        return source.with_line(source.line_end(node), source.indent(node) + line)
    node = calls[0]
    earlier = (other for other in _body(source, function) if other.lineno < node.lineno)
    floor = max((other.end_lineno or 0 for other in earlier), default=node.lineno - 1)
    at = source.above(node, floor)
    return source.with_line(at, source.indent(node) + line)


def drop_call(source: Source, function: str, line: str) -> str | None:
    """Return the text without a call; None when it is not there as it was written."""
    node = _find(_calls(source, function, line), line)
    if node is None or not source.is_alone(node):
        return None
    return source.without(source.line_start(node), source.line_end(node))


def has_entry(source: Source, name: str, item: str) -> bool:
    """Whether a list has an entry already."""
    row = _row(source, name)
    return row is not None and _find(row.literal.elts, item) is not None


def add_entry(source: Source, name: str, item: str, siblings: Collection[str]) -> str | None:
    """Return the text with one more entry; None when there is no such list."""
    row = _row(source, name)
    if row is None:
        return None
    nodes = row.literal.elts
    if not nodes:
        return _with_first(source, row, item)
    if name == "__all__":
        key = imports.export_key(str(ast.literal_eval(item)))
        names = [str(node.value) if isinstance(node, ast.Constant) else "" for node in nodes]
        before = [number for number, other in enumerate(names) if imports.export_key(other) <= key]
        index = before[-1] + 1 if before else 0
    else:
        index = _index(nodes, item, siblings)
    text = sources.insert(source, row.literal, nodes, index, item)
    line = text[source.line_start(row.statement) :].splitlines()[0]
    is_one_line = row.statement.lineno == row.statement.end_lineno
    if len(line) <= WIDTH or not is_one_line or not source.is_alone(row.statement):
        return text
    items = [source.text[source.start(node) : source.end(node)] for node in nodes]
    items.insert(index, item)
    lines = "".join(f"    {each},{source.newline}" for each in items)
    start, end = source.start(row.literal) + 1, source.end(row.literal) - 1
    return source.text[:start] + source.newline + lines + source.text[end:]


def drop_entry(source: Source, name: str, item: str) -> str | None:
    """Return the text without an entry; None when it is not there as it was written."""
    row = _row(source, name)
    node = _find(row.literal.elts, item) if row else None
    if row is None or node is None:
        return None
    if len(row.literal.elts) > 1:
        return sources.take(source, row.literal.elts, row.literal.elts.index(node))
    start, end = source.start(row.literal) + 1, source.end(row.literal) - 1
    inside = source.text[start:end]
    return None if sources.has_comment(inside) else source.text[:start] + source.text[end:]


def _with_first(source: Source, row: Row, item: str) -> str:
    start, end = source.start(row.literal) + 1, source.end(row.literal) - 1
    inside = source.text[start:end]
    comma = "," if isinstance(row.literal, ast.Tuple) else ""
    if inside.strip():  # a comment
        at = start + inside.index("\n") + 1 if "\n" in inside else end
        return f"{source.text[:at]}    {item},{source.newline}{source.text[at:]}"
    return source.text[:start] + item + comma + source.text[end:]


def _index(nodes: Sequence[N], line: str, siblings: Collection[str]) -> int:
    """Return where a line belongs: sorted among those of resources, which are at the end."""
    own = {_meaning(other): other for other in siblings}
    places = [(own[text], n) for n, node in enumerate(nodes) if (text := _dump(node)) in own]
    before = [number for other, number in places if other < line]
    if before:
        return before[-1] + 1
    return places[0][1] if places else len(nodes)


def _find(nodes: Sequence[N], line: str) -> N | None:
    meaning = _meaning(line)
    return next((node for node in nodes if _dump(node) == meaning), None)


def _meaning(line: str) -> str:
    return ast.dump(ast.parse(line, mode="eval").body)


def _dump(node: ast.expr | ast.stmt) -> str:
    return ast.dump(node.value if isinstance(node, ast.Expr) else node)


def _calls(source: Source, function: str, line: str) -> list[ast.stmt]:
    """Return the statements that call the function that a line calls."""
    wanted = line.split("(")[0]
    return [
        node
        for node in _body(source, function)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == wanted
    ]


def _body(source: Source, function: str) -> list[ast.stmt]:
    if not function:
        return source.module.body
    for node in source.module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function:
            return node.body
    return []


def _assigned(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign) and node.value:
        targets = [node.target]
    else:
        targets = []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _row(source: Source, name: str) -> Row | None:
    for node in source.module.body:
        match node:
            case (
                ast.Assign(value=ast.List() | ast.Tuple() as literal)
                | ast.AnnAssign(value=ast.List() | ast.Tuple() as literal)
            ) if name in _assigned(node):
                return Row(node, literal)
    return None
