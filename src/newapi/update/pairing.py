"""Pair the three sides of each file, by path or by rename."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from newapi.project.tree import Entry, Tree
from newapi.update import renames

Action: TypeAlias = Literal[
    "added", "updated", "removed", "merged", "moved", "followed", "kept", "stays-deleted",
    "conflict", "wired",
]  # fmt: skip
Sides: TypeAlias = tuple[Entry | None, Entry | None, Entry | None]


class Case(NamedTuple):
    """Three sides that belong together, and where their result goes."""

    path: str
    base: Entry | None
    ours: Entry | None
    theirs: Entry | None
    action: Action = "merged"
    origin: str = ""
    note: str = ""


def find(
    base: Tree,
    ours: Tree,
    theirs: Tree,
    ignored: Collection[str],
    declared: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Case]:
    """Yield the three sides of each file: renamed files first, then those with the same path.

    `declared` maps old paths of the template to new ones. Files that it does not name are
    compared: a file that was moved and kept most of its lines is found.
    """
    seen: set[str] = set()
    known = renames.declared(declared, base, theirs, ignored)
    for case in _renamed(base, ours, theirs, ignored, known):
        yield case
        seen |= {case.path, case.origin}
    for path in sorted({*base, *theirs} - seen):
        yield Case(path, base.get(path), ours.get(path), theirs.get(path))


def _renamed(
    base: Tree,
    ours: Tree,
    theirs: Tree,
    ignored: Collection[str],
    declared: Mapping[str, str],
) -> Iterator[Case]:
    """Find the renames that matter: declared ones, and those of files that both sides touched."""
    changed = {path for path in base if path not in ignored}
    by_user = renames.find(base, ours, [p for p in changed if theirs.get(p) != base[p]])
    by_user = {old: new for old, new in by_user.items() if new not in ignored}
    moved = [p for p in changed if p in by_user or ours.get(p) not in {None, base[p]}]
    free = {path: entry for path, entry in theirs.items() if path not in declared.values()}
    by_template = renames.find(base, free, [path for path in moved if path not in declared])
    by_template |= declared
    for old in sorted({*by_user, *by_template}):
        new, wanted = by_user.get(old), by_template.get(old)
        sides = base[old], ours.get(new or old), theirs.get(wanted or old)
        if new is None and wanted is not None:
            yield from _moved_by_template(old, wanted, sides, ours)
        elif new is not None and wanted not in {None, new}:
            if wanted not in ours and new not in theirs:
                note = f"the template moved it to {wanted}"
                yield Case(new, *sides, "followed", old, note)
                yield Case(str(wanted), None, None, None)
        elif new is not None and (new == wanted or new not in theirs):
            yield Case(new, *sides, "followed", old)


def _moved_by_template(old: str, wanted: str, sides: Sides, ours: Tree) -> Iterator[Case]:
    """Move the user's changes to the new path, unless the file is deleted or the path taken."""
    if wanted in ours:
        note = f"the template moved it to {wanted}, where you have another file"
        yield Case(old, sides[0], sides[1], None, note=note)
    elif sides[1] is None:
        yield Case(wanted, *sides)
    else:
        yield Case(wanted, *sides, "moved", old)
