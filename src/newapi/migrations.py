"""Database migrations: a revision that exists is never touched; new ones follow the newest.

The template's revision files are left out of the merge. What is new in it is chained onto the
project's head; of what it no longer has, the file stays and a revision that takes it back follows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from newapi import revisions
from newapi.errors import NewapiError
from newapi.revisions import Revision
from newapi.tree import Entry, Tree

FOLDER = "alembic/versions"
_MANY = "uv run alembic merge heads -m 'merge', then commit"


@dataclass(frozen=True)
class Chained:
    """Both sides of the template without revision files, and those to add to the project."""

    base: Tree
    theirs: Tree
    added: Mapping[str, Entry]
    dropped: tuple[str, ...]
    notes: tuple[str, ...]


def chain(base: Tree, ours: Tree, theirs: Tree, *, keep_tables: bool) -> Chained:
    """Decide which revisions a project gets.

    Raises:
        NewapiError: The project has several heads, or a revision cannot be read.
    """
    old, new = _read(base), _read(theirs)
    if old.keys() == new.keys() and not _changed(old, new):
        return Chained(_without(base), _without(theirs), {}, (), ())
    have = _read(ours)
    notes = [f"{new[n].path}: the template changed it; revisions are never changed"
             for n in _changed(old, new) if n in have]  # fmt: skip
    chained = _Chain(have, ours)
    gone = [r for r in revisions.in_order(old) if r.name not in new]
    for revision in [] if keep_tables else reversed(gone):
        if (current := _last(revision.name, have)) and f"drop_{current}" not in have:
            chained.take_back(have[current])
    for revision in revisions.in_order(new):
        current = _last(revision.name, have)
        if revision.name in old:
            continue
        if current is None:
            chained.add(revision, revision.name, revision.path)
        elif f"drop_{current}" in have:
            name = f"{revision.name}_{_number(current) + 1}"
            chained.add(have[current], name, f"{FOLDER}/{name}.py")
    return Chained(
        _without(base), _without(theirs), chained.added, tuple(chained.dropped), tuple(notes)
    )


def head(tree: Tree) -> str | None:
    """Return the newest revision of a project; None when it has none.

    Raises:
        NewapiError: There are several, or a revision cannot be read.
    """
    return _only(revisions.heads(_read(tree).values()))


def vacant(tree: Tree, name: str) -> str:
    """Return a name for a revision that no other one has: with a number where it is taken."""
    have, number, free = _read(tree), 1, name
    while free in have or f"{FOLDER}/{free}.py" in tree:
        number += 1
        free = f"{name}_{number}"
    return free


def follow(revision: Tree, chained: Chained) -> dict[str, Entry]:
    """Put a revision behind those that are added in the same run."""
    if not chained.added:
        return dict(revision)
    heads = revisions.heads(_read(chained.added).values())
    return {
        path: Entry(revisions.placed(found, found.name, _only(heads)).encode())
        for path, entry in revision.items()
        if (found := revisions.read(path, entry.data))
    }


class _Chain:
    """A project's revisions while new ones are added to their end."""

    def __init__(self, have: Mapping[str, Revision], ours: Tree) -> None:
        self.names = set(have)
        self.taken = {*ours}
        self.heads = revisions.heads(have.values())
        self.added: dict[str, Entry] = {}
        self.dropped: list[str] = []

    def add(self, revision: Revision, name: str, path: str) -> None:
        """Add a revision."""
        self._put(path, name, revisions.placed(revision, name, _only(self.heads)))

    def take_back(self, revision: Revision) -> None:
        """Add a revision that drops what another one has made."""
        name = f"drop_{revision.name}"
        title = f"Take back {revision.name}: what belongs to it is dropped."
        text = revisions.reversed_(revision, name, _only(self.heads) or "", title)
        self._put(f"{FOLDER}/{name}.py", name, text)
        self.dropped.append(revision.name)

    def _put(self, path: str, name: str, text: str) -> None:
        stem, number = path.removesuffix(".py"), 1
        while path in self.taken:
            number += 1
            path = f"{stem}_{number}.py"
        self.taken.add(path)
        self.added[path] = Entry(text.encode())
        self.heads = [name]


def is_revision(path: str) -> bool:
    """Whether a path is that of a revision file."""
    folder, _, name = path.rpartition("/")
    return folder == FOLDER and name.endswith(".py") and name != "__init__.py"


def _only(heads: list[str]) -> str | None:
    if len(heads) > 1:
        message = f"The project's migrations have several heads: {', '.join(heads)}."
        raise NewapiError(message, _MANY)
    return next(iter(heads), None)


def _read(tree: Tree) -> dict[str, Revision]:
    found = (revisions.read(p, e.data) for p, e in sorted(tree.items())
             if is_revision(p) and e.kind == "file")  # fmt: skip
    return {revision.name: revision for revision in found if revision is not None}


def _changed(old: Mapping[str, Revision], new: Mapping[str, Revision]) -> list[str]:
    """Return what the template itself has changed; not merely what it builds upon."""
    return [
        name
        for name in sorted(old.keys() & new.keys())
        if old[name].source != new[name].source
        and revisions.placed(old[name], name, None) != revisions.placed(new[name], name, None)
    ]


def _without(tree: Tree) -> dict[str, Entry]:
    return {path: entry for path, entry in tree.items() if not is_revision(path)}


def _last(name: str, have: Mapping[str, Revision]) -> str | None:
    """Return the newest of `name`, `name_2`, `name_3`, ... that a project has."""
    again = re.compile(re.escape(name) + r"(_\d+)?")
    return max((other for other in have if again.fullmatch(other)), key=_number, default=None)


def _number(name: str) -> int:
    match = re.fullmatch(r".*\D_(\d+)", name)
    return int(match[1]) if match else 1
