"""Merge conflicts between whole definitions of a Python file, where the result is exact.

A function that one side adds beside a function that the other side changes is a conflict of lines.
The result is taken only if the syntax trees prove it: every statement of a module or a class is
there once, as merging the three files by the names of their statements gives, in the order of both
sides.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence

from newapi.update import hunks, list_union
from newapi.update.hunks import Hunk
from newapi.update.modules import parsed

# Where both sides add such statements, their order may count.
_ORDERED: frozenset[type[ast.stmt]] = frozenset({ast.Assign, ast.Expr, ast.If, ast.Try, ast.With})


def merge(path: str, sides: Sequence[bytes], pieces: Sequence[bytes | Hunk]) -> bytes | None:
    """Return a text without conflicts; None where it would not be exact.

    `sides` are base, ours and theirs, `pieces` the merged text with its conflicts.
    """
    if not path.endswith(".py"):
        return None
    result = hunks.merge_all(pieces, _merge_lines)
    if result is None:
        return None
    return result if _has_additions(sides, result) and _is_merge(sides, result) else None


def add_definitions(path: str, hunk: Hunk, around: Sequence[tuple[bytes, bytes]]) -> bytes | None:
    """Return a conflict with whole definitions that one side adds beside lines of the other side.

    The lines that the other side changes may be a part of a definition. `around` is the text before
    and after the conflict, with the changes of the project and with those of the template.
    """
    if not path.endswith(".py"):
        return None
    base, ours, theirs = (list(lines) for lines in hunk)
    of_ours, of_theirs = around
    for changed, grown, (before, after) in ((theirs, ours, of_theirs), (ours, theirs, of_ours)):
        added = len(grown) - len(base)
        below, above = grown[len(base) :], grown[:added]
        if added > 0 and grown[: len(base)] == base:
            text, own = b"".join([*changed, *below]), b"".join(below)
        elif added > 0 and grown[added:] == base:
            text, own = b"".join([*above, *changed]), b"".join(above)
        else:
            continue
        if _has_definitions(before + text + after, own):
            return text
    return None


def _has_definitions(text: bytes, own: bytes) -> bool:
    """Whether all of some lines are definitions of a module, each of them there once."""
    module, added = parsed(text), parsed(own)
    if module is None or added is None or not added.body:
        return False
    found = Counter(name for name, _ in _named(module.body))
    known = dict(_named(module.body))
    return all(
        isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and found[name] == 1
        and ast.dump(known[name]) == ast.dump(node)
        for name, node in _named(added.body)
    )


def _merge_lines(hunk: Hunk) -> list[bytes] | None:
    """Return the lines of a conflict in which one side only adds lines to those of the base."""
    if not hunk.base:
        united = list_union.unite(list_union.Lines(b"", hunk.ours, hunk.theirs, b""))
        return united or [*hunk.ours, *hunk.theirs]
    return next(([*above, *below] for above, below in hunks.additions(hunk)), None)


def _has_additions(sides: Sequence[bytes], result: bytes) -> bool:
    """Whether a text has every line that one of the sides has added, comments too."""
    base, *others = (Counter(side.splitlines()) for side in sides)
    lines = Counter(result.splitlines())
    return not any((other - base) - lines for other in others)


def _is_merge(sides: Sequence[bytes], result: bytes) -> bool:
    modules = [parsed(text) for text in (*sides, result)]
    bodies = [module.body for module in modules if module is not None]
    return len(bodies) == len(modules) and _is_merge_of_bodies(bodies)


def _is_merge_of_bodies(bodies: Sequence[list[ast.stmt]]) -> bool:
    """Whether the last body is what merging the others gives: base, ours and theirs."""
    named = [dict(_named(body)) for body in bodies]
    if any(len(names) != len(body) for names, body in zip(named, bodies, strict=True)):
        return False  # a name is there twice
    base, ours, theirs, result = named
    added = (
        {type(side[name]) for name in side.keys() - base.keys()} & _ORDERED
        for side in (ours, theirs)
    )
    if set.intersection(*added):
        return False
    return all(
        _is_merge_of_statements([names.get(name) for names in named])
        for name in {**ours, **theirs, **result}
    ) and all(
        [name for name in side if name in result] == [name for name in result if name in side]
        for side in (ours, theirs)
    )


def _is_merge_of_statements(sides: Sequence[ast.stmt | None]) -> bool:
    base, ours, theirs, result = (ast.dump(side) if side else "" for side in sides)
    if theirs in (ours, base):
        return result == ours
    if ours == base:
        return result == theirs
    classes = [side for side in sides if isinstance(side, ast.ClassDef)]
    if len(classes) < len(sides) or len({*map(_header, classes)}) > 1:
        return False
    return _is_merge_of_bodies([each.body for each in classes])


def _named(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """Yield each statement with the name that it defines, or with its text.

    A docstring belongs to what is above it: the definition with this body, or an attribute.
    """
    above = ""
    for node in body:
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                name = node.name
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                pass
            case ast.Expr(value=ast.Constant()):
                name = f"{above}.__doc__"
            case _:
                name = ast.dump(node)
        yield name, node
        above = name


def _header(node: ast.ClassDef) -> str:
    """Return the first line of a class: its name, bases and decorators."""
    parts = (*node.decorator_list, *node.bases, *node.keywords)
    return " ".join([node.name, *map(ast.dump, parts)])
