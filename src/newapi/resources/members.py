"""Put a member into a class, or an item into a dictionary, of a module."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from newapi.resources import source as sources
from newapi.resources.source import Source


def has_member(source: Source, name: str, line: str) -> bool:
    """Whether a class has such an assignment already."""
    wanted = ast.dump(ast.parse(line).body[0])
    return any(ast.dump(node) == wanted for node in _assignments(source, name))


def add_member(source: Source, name: str, line: str) -> str | None:
    """Return the text with one more assignment in a class; None when it has none so far."""
    nodes = _assignments(source, name)
    if not nodes or source.indent(nodes[-1]).strip():
        return None
    return source.with_line(source.line_end(nodes[-1]), source.indent(nodes[-1]) + line)


def has_base(source: Source, name: str, base: str) -> bool:
    """Whether a class has such a base already."""
    node = _class(source, name)
    return node is not None and base in map(ast.unparse, node.bases)


def add_base(source: Source, name: str, base: str) -> str | None:
    """Return the text with one more base in front of those of a class; None if it has none."""
    node = _class(source, name)
    if node is None or not node.bases:
        return None
    return sources.insert(source, node, node.bases, 0, base)


def drop_base(source: Source, name: str, base: str) -> str | None:
    """Return the text without a base of a class; None when it is not there, or the only one."""
    node = _class(source, name)
    bases = node.bases if node else []
    written = [ast.unparse(each) for each in bases]
    if base not in written or len(bases) == 1:
        return None
    return sources.take(source, bases, written.index(base))


def has_item(source: Source, name: str, line: str) -> bool:
    """Whether a dictionary has such an item already."""
    wanted = _pairs(ast.parse(f"{{{line}}}", mode="eval").body)
    literal = _dictionary(source, name)
    return literal is not None and wanted[0] in _pairs(literal)


def add_item(source: Source, name: str, line: str) -> str | None:
    """Return the text with one more item at the end of a dictionary; None without a place."""
    literal = _dictionary(source, name)
    if literal is None or not literal.values:
        return None
    start, end = source.end(literal.values[-1]), source.end(literal)
    closing = source.text[start:end]
    if "\n" not in closing:
        return f"{source.text[:start]}, {line}{source.text[start:]}" if closing == "}" else None
    last = source.lines[(literal.end_lineno or 0) - 1]
    if not last.startswith("}") or not _has_comma(closing.removesuffix("}")):
        return None
    at = end - 1
    return f"{source.text[:at]}    {line},{source.newline}{source.text[at:]}"


def _assignments(source: Source, name: str) -> Sequence[ast.stmt]:
    node = _class(source, name)
    body = node.body if node else []
    return [inner for inner in body if isinstance(inner, ast.Assign | ast.AnnAssign)]


def _class(source: Source, name: str) -> ast.ClassDef | None:
    classes = (node for node in source.module.body if isinstance(node, ast.ClassDef))
    return next((node for node in classes if node.name == name), None)


def _dictionary(source: Source, name: str) -> ast.Dict | None:
    """Return the dictionary that is assigned to a name first, at the top level."""
    for node in source.module.body:
        match node:
            case (
                ast.AnnAssign(target=ast.Name(id=found), value=ast.Dict() as literal)
                | ast.Assign(targets=[ast.Name(id=found)], value=ast.Dict() as literal)
            ) if found == name:
                return literal
    return None


def _pairs(node: ast.expr) -> list[tuple[str, str]]:
    pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
    return [(ast.dump(key), ast.dump(value)) for key, value in pairs if key is not None]


def _has_comma(closing: str) -> bool:
    """Whether a comma follows the last item, before any comment."""
    return closing.split("#", 1)[0].rstrip().endswith(",")
