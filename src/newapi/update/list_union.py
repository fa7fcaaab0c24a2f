"""Unite lines that both sides have added at one place of a list, such as imports or settings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

# Lines of one kind may stand in any order beside each other.
_KINDS = tuple(
    re.compile(pattern)
    for pattern in (
        rb"from [\w.]+ import [\w, ]+",
        rb"import [\w.]+(?: as \w+)?",
        rb"[ \t]*\w+\.(?:include_router|add_typer)\(.*\)",
        rb"[ \t]+[\"'][^\"']*[\"'],",
        rb"[ \t]+[A-Z][\w.]*,",  # other names may be arguments in a fixed order
        rb"[ \t]+(?P<field>\w+): [\w\[\]., |\"']+(?: = [^\[({]+)?",
        rb"\|.*\|",
    )
)
_VARIABLE = re.compile(rb"(?:export )?(?P<name>[A-Za-z_]\w*)=.*")
_COMMENT = re.compile(rb"#.*|[ \t]*")


class Lines(NamedTuple):
    """The lines before and after a conflict, with those of both sides."""

    before: bytes
    ours: Sequence[bytes]
    theirs: Sequence[bytes]
    after: bytes


def unite(conflict: Lines) -> list[bytes] | None:
    """Return the lines of both sides; None if they are no entries of one list.

    They are sorted where the list is. Else those of the project come first.
    """
    ours, theirs = conflict.ours, conflict.theirs
    if not ours or not theirs:
        return None
    if _is_env(ours) and _is_env(theirs):
        return None if _names(ours) & _names(theirs) else [*ours, *theirs]
    if not any(all(map(kind.fullmatch, _bare([*ours, *theirs]))) for kind in _KINDS):
        return None
    fresh = [line for line in theirs if line not in ours]
    if _fields(ours) & _fields(fresh):
        return None
    united = [*ours, *fresh]
    ordered = sorted(united, key=_key)
    around = [conflict.before, *ordered, conflict.after]
    is_sorted = all(list(side) == sorted(side, key=_key) for side in (ours, theirs))
    is_in_place = [*map(_key, around)] == sorted(map(_key, around))
    return ordered if is_sorted and is_in_place else united


def add_variables(
    base: Sequence[bytes], ours: Sequence[bytes], theirs: Sequence[bytes]
) -> list[bytes] | None:
    """Return changed lines with the environment variables that the other side adds beside them."""
    for changed, grown in ((theirs, ours), (ours, theirs)):
        added = len(grown) - len(base)
        before, after = grown[:added], grown[len(base) :]
        for more, rest in ((before, grown[added:]), (after, grown[: len(base)])):
            if added <= 0 or list(rest) != list(base) or not _is_env(more):
                continue
            if all(map(_is_of_env, _bare(changed))) and not _names(more) & _names(changed):
                return [*more, *changed] if more is before else [*changed, *more]
    return None


def _bare(lines: Sequence[bytes]) -> list[bytes]:
    return [line.rstrip(b"\r\n") for line in lines]


def _key(line: bytes) -> bytes:
    return line.strip().rstrip(b",").lower()


def _fields(lines: Sequence[bytes]) -> set[bytes]:
    """Return the names of the fields that these lines define."""
    matches = (kind.fullmatch(line) for line in _bare(lines) for kind in _KINDS[5:6])
    return {match["field"] for match in matches if match}


def _is_env(lines: Sequence[bytes]) -> bool:
    """Whether lines set environment variables, with comments."""
    return bool(_names(lines)) and all(map(_is_of_env, _bare(lines)))


def _is_of_env(line: bytes) -> bool:
    return bool(_VARIABLE.fullmatch(line) or _COMMENT.fullmatch(line))


def _names(lines: Sequence[bytes]) -> set[bytes]:
    return {match["name"] for line in _bare(lines) if (match := _VARIABLE.fullmatch(line))}
