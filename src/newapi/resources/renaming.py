"""Renames of fields that are typed together: in which order each new name is free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from newapi.errors import Problem
from newapi.resources.definition import Field


class Rename(NamedTuple):
    """A typed rename: the old name and the new one."""

    old: str
    new: str


def find(fields: Iterable[Field], text: str) -> Field | None:
    """Return the field with this name or this column."""
    wanted = text.strip().lower().replace("-", "_")
    return next((field for field in fields if wanted in {field.name, field.column}), None)


def next_of(waiting: Sequence[Rename], fields: Sequence[Field]) -> Rename:
    """Return the first rename to a free name, or else the first rename.

    >>> price, cost = Field(name="price", type="int"), Field(name="cost", type="int")
    >>> next_of([Rename("price", "cost"), Rename("cost", "expense")], [price, cost])
    Rename(old='cost', new='expense')
    """
    return next((one for one in waiting if not _blocker(one, waiting, fields)), waiting[0])


def swapped(waiting: Sequence[Rename], fields: Sequence[Field]) -> list[Rename]:
    """Return renames of which each waits for the next, and the last one for the first."""
    seen: list[Rename] = []
    following: Rename | None = waiting[0]
    while following and following not in seen:
        seen.append(following)
        following = _blocker(following, waiting, fields)
    return seen[seen.index(following) :] if following else []


def explain(circle: Sequence[Rename]) -> Problem:
    """Say what to do instead of renames that wait for each other."""
    names = [rename.old for rename in circle]
    first, *others = circle
    free = f"{first.old[:33].rstrip('_')}_before"
    later = " ".join(f"--rename {old}:{new}" for old, new in [*others, (free, first.new)])
    return Problem(
        f"{', '.join(names[:-1])} and {names[-1]} cannot swap their names in one step.",
        f"--rename {first.old}:{free}, and when that is committed {later}",
    )


def _blocker(one: Rename, waiting: Sequence[Rename], fields: Sequence[Field]) -> Rename | None:
    """Return the rename that frees the name, or the column, that this one needs."""
    field = find(fields, one.old)
    if field is None:
        return None
    after = replace(field, name=one.new)
    for other in waiting:
        held = find(fields, other.old) if other != one else None
        if held and held != field and {held.name, held.column} & {after.name, after.column}:
            return other
    return None
