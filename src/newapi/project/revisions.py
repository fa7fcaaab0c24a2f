"""Alembic revision files, read and rewritten as text: a project is never imported."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from newapi.errors import NewapiError

FOLDER = "alembic/versions"
_ID = re.compile(r"[0-9a-f]{12}(?=_)")  # as Alembic makes them
_NUMBER = re.compile(r"^(?:[0-9a-f]{12}|\d+)_(?=.)")
_SWAPPED = {"upgrade": "downgrade", "downgrade": "upgrade"}


@dataclass(frozen=True)
class Revision:
    """One revision file."""

    path: str
    name: str
    down: tuple[str, ...]
    source: str

    @property
    def slug(self) -> str:
        """Return the part of the file's name after the id or number."""
        return _NUMBER.sub("", PurePosixPath(self.path).stem, count=1)


def derived_id(*words: str) -> str:
    """Return an id in Alembic's form: always the same for these words, and for no others.

    >>> derived_id("create", "products", "4f0c1b7d92ae")
    'a933e4ca52d5'
    """
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:12]


def id_in(path: str) -> str:
    """Return the id that the name of a revision file begins with, else its name.

    >>> id_in("alembic/versions/4f0c1b7d92ae_users.py"), id_in("alembic/versions/0001_users.py")
    ('4f0c1b7d92ae', '0001_users')
    """
    name = PurePosixPath(path).stem
    found = _ID.match(name)
    return found[0] if found else name


def path_of(name: str, about: str) -> str:
    """Return the path of a revision as Alembic names files.

    >>> path_of("4f0c1b7d92ae", "users")
    'alembic/versions/4f0c1b7d92ae_users.py'
    """
    return f"{FOLDER}/{name}_{about}.py"


def read(path: str, data: bytes) -> Revision | None:
    """Read a revision file; None if the file has no revision id.

    Raises:
        NewapiError: It cannot be understood.
    """
    try:
        source = data.decode("utf-8-sig")
        assigned = {target.id: value for target, value in _assignments(ast.parse(source))}
    except (ValueError, SyntaxError) as error:
        reason = f"line {error.lineno}: {error.msg}" if isinstance(error, SyntaxError) else error
        message = f"{path} cannot be read as an Alembic revision: {reason}"
        raise NewapiError(message, "Mend it first.") from error
    name, down = (
        _literal(path, each, assigned.get(each)) for each in ("revision", "down_revision")
    )
    if not isinstance(name, str):
        return None
    downs = (down,) if isinstance(down, str) else tuple(down or ())
    return Revision(path, name, downs, source)


def _literal(path: str, name: str, value: ast.expr | None) -> Any:
    """Return the value that a revision file gives a name; None where it gives none."""
    if value is None:
        return None
    try:
        return ast.literal_eval(value)
    except ValueError as error:
        message = (
            f"{path}:{value.lineno}: {name} is computed, and newapi runs no code of a project."
        )
        raise NewapiError(message, f"Write the id itself: {name} = '...'") from error


def are_alike(one: Revision, other: Revision) -> bool:
    """Whether two revisions have an operation on the same table, column or index in common."""
    mine, theirs = _subjects(one.source), _subjects(other.source)
    return not (mine and theirs) or bool(mine & theirs)


def heads(revisions: Iterable[Revision]) -> list[str]:
    """Return the revisions that no other one builds upon."""
    known = {revision.name: revision for revision in revisions}
    below = {name for revision in known.values() for name in revision.down}
    return sorted(known.keys() - below)


def in_order(revisions: Mapping[str, Revision]) -> list[Revision]:
    """Sort revisions so that each comes after its parents."""
    done: dict[str, Revision] = {}

    def visit(name: str) -> None:
        if name in revisions and name not in done:
            for below in revisions[name].down:
                visit(below)
            done[name] = revisions[name]

    for name in sorted(revisions):
        visit(name)
    return list(done.values())


def placed(revision: Revision, name: str, down: str | None) -> str:
    """Return the text of a revision under a name, built upon another one."""
    text = revision.source
    spans = {"revision": name, "down_revision": down}
    edits = []
    for target, value in _assignments(ast.parse(text)):
        if target.id in spans:
            wanted = spans[target.id]
            literal = "None" if wanted is None else f'"{wanted}"'
            edits.append((_offset(text, value), _offset(text, value, at_end=True), literal))
    for start, end, literal in sorted(edits, reverse=True):
        text = text[:start] + literal + text[end:]
    text = re.sub(r"^Revision ID:.*$", f"Revision ID: {name}", text, count=1, flags=re.MULTILINE)
    revises = f"Revises: {down or ''}".rstrip()
    return re.sub(r"^Revises:.*$", revises, text, count=1, flags=re.MULTILINE)


def reversed_(revision: Revision, name: str, down: str, title: str) -> str:
    """Return the text of a revision that takes another one back."""
    text = placed(revision, name, down)
    functions = {
        node.name: node
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name in _SWAPPED
    }
    if len(functions) != len(_SWAPPED):
        message = f"{revision.path} has no upgrade() and downgrade() to take back."
        raise NewapiError(message, "Use --keep-tables, and drop the tables yourself.")
    bodies = {name: _body(text, node) for name, node in functions.items()}
    for node in sorted(functions.values(), key=lambda node: node.lineno, reverse=True):
        start, end = _span(text, node)
        text = text[:start] + bodies[_SWAPPED[node.name]] + text[end:]
    first = re.match(r'"""(.*)', text)
    return text.replace(first[0], f'"""{title}', 1) if first else text


@cache
def _subjects(source: str) -> frozenset[tuple[str, ...]]:
    """Return the operations of `upgrade`, each with the names that it begins with."""
    return frozenset(
        found
        for function in ast.parse(source).body
        if isinstance(function, ast.FunctionDef) and function.name == "upgrade"
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and (found := _subject(node))
    )


def _subject(call: ast.Call) -> tuple[str, ...]:
    """Return `("create_table", "users")` for an operation; empty for another call."""
    match call.func:
        case ast.Attribute(value=ast.Name(id=str(name)), attr=operation):
            if name != "op" and not name.startswith("batch"):
                return ()
        case _:
            return ()
    arguments: list[ast.expr] = call.args[:1]
    arguments += [arg.args[0] for arg in call.args[1:2] if isinstance(arg, ast.Call) and arg.args]
    names = [arg.value for arg in arguments
             if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]  # fmt: skip
    if operation == "execute":  # `create table users`
        names = [" ".join(name.lower().split()[:3]) for name in names]
    return (operation, *names) if names else ()


def _assignments(module: ast.Module) -> Iterable[tuple[ast.Name, ast.expr]]:
    for node in module.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target, node.value
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0], node.value


def _body(text: str, node: ast.FunctionDef) -> str:
    start, end = _span(text, node)
    return text[start:end]


def _span(text: str, node: ast.FunctionDef) -> tuple[int, int]:
    """Return where a function's statements are, without its docstring; with a last comment."""
    body = (
        node.body[1:] if ast.get_docstring(node) is not None and len(node.body) > 1 else node.body
    )
    end = _offset(text, body[-1], at_end=True)
    comment = re.compile(r"[ \t]*#.*").match(text, end)
    return _offset(text, body[0]), comment.end() if comment else end


def _offset(text: str, node: ast.expr | ast.stmt, *, at_end: bool = False) -> int:
    line = (node.end_lineno or node.lineno) if at_end else node.lineno
    column = (node.end_col_offset or 0) if at_end else node.col_offset
    lines = text.splitlines(keepends=True)
    inside = lines[line - 1].encode()[:column].decode()
    return sum(map(len, lines[: line - 1])) + len(inside)
