"""Database migrations: a revision that exists is never touched; new ones follow the newest.

The template's revision files are left out of the merge. What is new in it is chained onto the
project's head; of what it no longer has, the file stays and a revision that takes it back follows.
A revision that the template has renamed is the one that the project has: its file stays as it is.
Where a release changes a table, a project of an older one gets a revision that does so too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from newapi.errors import NewapiError
from newapi.project import locations, revisions
from newapi.project.locations import Locations
from newapi.project.revisions import Revision
from newapi.project.tree import Entry, Tree

MERGE_HEADS = "uv run alembic merge heads -m 'merge', then commit"


@dataclass(frozen=True)
class Chained:
    """Both sides of the template without revision files, and those to add to the project."""

    base: Tree
    theirs: Tree
    added: Mapping[str, Entry]
    dropped: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Lineage:
    """Renamed revisions of the template, upgrades, and the folders of the project.

    `renames` maps old paths of files to the newest ones. `upgrades` has the id of every revision
    for projects of older releases, with the ids of those that make the tables which it changes;
    `due` are the files of those that an update may bring, in their order; `own` is a revision
    that the command makes itself, which comes last. `places` are the folders of the project.
    """

    renames: Mapping[str, str] = field(default_factory=dict)
    upgrades: Mapping[str, Collection[str]] = field(default_factory=dict)
    due: Tree = field(default_factory=dict)
    own: Tree = field(default_factory=dict)
    places: Locations = locations.DEFAULT

    def newest(self, name: str) -> str:
        """Return the id that the newest release gives a revision."""
        return self._newer.get(name, name)

    def latest(self, name: str, have: Collection[str]) -> str | None:
        """Return the id under which a project has a revision; the last, if it was added again."""
        newest = self.newest(name)
        known = {newest, *(old for old, new in self._newer.items() if new == newest)}
        known |= {revisions.derived_id("other", name) for name in known}
        numbered = re.compile(rf"({'|'.join(map(re.escape, known))})(_\d+)?")
        found = max((n for n in have if numbered.fullmatch(n)), key=_number, default=None)
        while found and (again := revisions.derived_id("again", found)) in have:
            found = again
        return found

    def upgrades_of(self, name: str) -> set[str]:
        """Return the ids of the upgrades that change the tables of a revision."""
        return {upgrade for upgrade, changed in self.upgrades.items() if name in changed}

    @cached_property
    def _newer(self) -> dict[str, str]:
        return {
            revisions.id_in(old): revisions.id_in(new)
            for old, new in self.renames.items()
            if is_revision(old) and is_revision(new)
        }


def chain(
    base: Tree,
    ours: Tree,
    theirs: Tree,
    lineage: Lineage = Lineage(),
    *,
    keep_tables: bool,
) -> Chained:
    """Decide which revisions a project gets.

    Raises:
        NewapiError: The project has several heads, or a revision cannot be read.
    """
    old, new = ({lineage.newest(name): revision for name, revision in _read(side).items()}
                for side in (base, theirs))  # fmt: skip
    changed = _changed(old, new)
    if old.keys() == new.keys() and not changed and not lineage.due:
        return Chained(_without(base), _without(theirs), {}, (), ())
    template = {revision.name for revision in old.values()}
    run = _Run(_read(ours, lineage.places), ours, lineage, template)
    for name in changed:
        run.note_change(new[name])
    if not keep_tables:
        for name in reversed(_ordered(old.keys() - new.keys(), old)):
            run.drop(old[name], name)
    for path, entry in lineage.due.items():
        run.upgrade(path, entry, old)
    for name in _ordered(new.keys() - old.keys(), new):
        run.bring(new[name])
    return Chained(
        *(_without(base), _without(theirs), run.added), tuple(run.dropped), tuple(run.notes)
    )


def is_taken_back(name: str, have: Collection[str]) -> bool:
    """Whether a project has the revision that takes another one back."""
    return f"drop_{name}" in have or revisions.derived_id("drop", name) in have


def head(tree: Tree, places: Locations = locations.DEFAULT) -> str | None:
    """Return the newest revision of a project; None when it has none.

    Raises:
        NewapiError: There are several, or a revision cannot be read.
    """
    return _only(revisions.heads(_read(tree, places).values()))


def vacant(tree: Tree, places: Locations, *words: str) -> str:
    """Return the id of a new revision: the same for the same words, unless it is taken."""
    have, number = _read(tree, places), 1
    name = revisions.derived_id(*words)
    while name in have:
        number += 1
        name = revisions.derived_id(*words, str(number))
    return name


def follow(lineage: Lineage, ours: Tree, chained: Chained) -> dict[str, Entry]:
    """Return the revision of the command itself, behind those that are added in the same run."""
    if not lineage.own:
        return {}
    have = _read(ours, lineage.places)
    folder = _folder(have, revisions.heads(have.values()), lineage.places)
    own = {f"{folder}/{path.rpartition('/')[2]}": entry for path, entry in lineage.own.items()}
    if not chained.added:
        return own
    added = (revisions.read(path, entry.data) for path, entry in chained.added.items())
    heads = revisions.heads(found for found in added if found)
    return {
        path: Entry(revisions.placed(found, found.name, _only(heads)).encode())
        for path, entry in own.items()
        if (found := revisions.read(path, entry.data))
    }


class _Run:
    """A project's revisions while new ones are added to their end."""

    def __init__(
        self,
        have: Mapping[str, Revision],
        ours: Tree,
        lineage: Lineage,
        template: Collection[str],
    ) -> None:
        self.have = have
        self.lineage = lineage
        self.taken = {*ours}
        self.heads = revisions.heads(have.values())
        self.folder = _folder(have, self.heads, lineage.places, template)
        self.added: dict[str, Entry] = {}
        self.dropped: list[str] = []
        self.notes: list[str] = []

    def drop(self, revision: Revision, name: str) -> None:
        """Take back a revision of the template that the project has."""
        current = self._present(name, revision)
        if not current or is_taken_back(current, self.have):
            return
        # Once a later revision has changed the tables, only the template knows what there is.
        is_upgraded = not self.lineage.upgrades_of(name).isdisjoint(self.have)
        revision = revision if is_upgraded else self.have[current]
        drop = revisions.derived_id("drop", current)
        down = _only(self.heads) or ""
        text = revisions.reversed_(revision, drop, down, f"Drop {revision.slug}.")
        self._put(revisions.path_of(drop, f"drop_{revision.slug}"), drop, text)
        self.dropped.append(revision.slug)

    def upgrade(self, path: str, entry: Entry, old: Collection[str]) -> None:
        """Add a revision for older projects, if this is one with the tables that it changes."""
        revision = revisions.read(path, entry.data)
        if revision is None or self._present(revision.name, revision):
            return
        tables = self.lineage.upgrades.get(revision.name, ())
        if not tables or not {*old}.isdisjoint(tables):
            self._add(revision, self._free_id(revision), path)

    def bring(self, revision: Revision) -> None:
        """Add a revision that is new in the template, or one that was taken back."""
        current = self._present(revision.name, revision)
        missing = self.lineage.upgrades_of(revision.name) - self.have.keys()
        if current is None:
            self._add(revision, self._free_id(revision), revision.path)
        elif is_taken_back(current, self.have):
            again = revisions.derived_id("again", current)
            self._add(revision, again, revisions.path_of(again, revision.slug))
        elif missing and not _are_equal(self.have[current], revision):
            self.notes.append(
                f"{self.have[current].path} made tables that the template has changed since; "
                "`uv run alembic check` says what they lack"
            )

    def note_change(self, revision: Revision) -> None:
        """Note that the template has changed a revision of the project."""
        if self._present(revision.name, revision) and not self.lineage.upgrades_of(revision.name):
            note = f"{revision.path}: the template changed it; revisions are never changed"
            self.notes.append(note)

    def _present(self, name: str, revision: Revision) -> str | None:
        """Return the id under which the project has a revision of the template.

        A revision with the same id that is about other tables is the user's own.
        """
        same = {other for other, its in self.have.items() if revisions.are_alike(its, revision)}
        return self.lineage.latest(name, same)

    def _free_id(self, revision: Revision) -> str:
        """Return the id of a revision of the template, or another one where it is taken."""
        if revision.name not in self.have:
            return revision.name
        name = revisions.derived_id("other", revision.name)
        taken = self.have[revision.name].path
        self.notes.append(
            f"{taken} has the id of a revision of the template, which gets the id {name}"
        )
        return name

    def _add(self, revision: Revision, name: str, path: str) -> None:
        self._put(path, name, revisions.placed(revision, name, _only(self.heads)))

    def _put(self, path: str, name: str, text: str) -> None:
        path = f"{self.folder}/{path.rpartition('/')[2]}"
        stem, number = path.removesuffix(".py"), 1
        while path in self.taken:
            number += 1
            path = f"{stem}_{number}.py"
        self.taken.add(path)
        self.added[path] = Entry(text.encode())
        self.heads = [name]


def is_revision(path: str) -> bool:
    """Whether a path is that of a revision file of the template."""
    return locations.DEFAULT.has(path)


def all_of(tree: Tree, places: Locations) -> list[Revision]:
    """Return the revisions of a project.

    Raises:
        NewapiError: One of them cannot be read.
    """
    found = (revisions.read(path, tree[path].data) for path in sorted(places.of(tree))
             if tree[path].kind == "file")  # fmt: skip
    return [revision for revision in found if revision is not None]


def _folder(
    have: Mapping[str, Revision],
    heads: list[str],
    places: Locations,
    template: Collection[str] = (),
) -> str:
    """Return where a new revision goes: beside the newest one.

    Where several folders are configured, it goes beside the newest revision of the template.
    """
    if len(heads) != 1:
        return places.folders[0]
    newest = have[heads[0]]
    if len(places.folders) > 1:
        own = [revision for revision in revisions.in_order(have) if revision.name in template]
        newest = own[-1] if own else newest
    return newest.path.rpartition("/")[0]


def _only(heads: list[str]) -> str | None:
    if len(heads) > 1:
        message = f"The project's migrations have several heads: {', '.join(heads)}."
        raise NewapiError(message, MERGE_HEADS)
    return next(iter(heads), None)


def _read(tree: Tree, places: Locations = locations.DEFAULT) -> dict[str, Revision]:
    return {revision.name: revision for revision in all_of(tree, places)}


def _changed(old: Mapping[str, Revision], new: Mapping[str, Revision]) -> list[str]:
    """Return the revisions with changes other than the id and the parent."""
    return [
        name
        for name in sorted(old.keys() & new.keys())
        if old[name].name == new[name].name and not _are_equal(old[name], new[name])
    ]


def _are_equal(one: Revision, other: Revision) -> bool:
    """Whether two revisions differ at most in their ids and parents."""
    texts = {revisions.placed(revision, "", None) for revision in (one, other)}
    return one.source == other.source or len(texts) == 1


def _ordered(names: Collection[str], known: Mapping[str, Revision]) -> list[str]:
    """Sort ids so that each comes after those that it builds upon."""
    of = {revision.name: name for name, revision in known.items()}
    in_order = revisions.in_order({revision.name: revision for revision in known.values()})
    return [of[revision.name] for revision in in_order if of[revision.name] in names]


def _without(tree: Tree) -> dict[str, Entry]:
    return {path: entry for path, entry in tree.items() if not is_revision(path)}


def _number(name: str) -> int:
    match = re.fullmatch(r".*\D_(\d+)", name)
    return int(match[1]) if match else 1
