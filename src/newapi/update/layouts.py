"""Where a project keeps the folders of the template: renamed, moved, or behind a link.

The template's sides of a merge are moved to where the project has its files, so that new files come
beside them. Names of modules, and paths in configuration, follow in the same way.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from newapi.project import migrations, tree
from newapi.update.merge import BESIDE, Merged, Outcome
from newapi.update.module_names import Names, choose
from newapi.update.resource_merge import Wiring

if TYPE_CHECKING:
    from newapi.project.git import Item, Repository
    from newapi.project.locations import Locations
    from newapi.project.tree import Tree

_GONE = 0.75  # of the template's files in a folder: then the folder itself has gone
_FOUND = 0.6  # of those that are gone: then the folder has moved to where they are


@dataclass(frozen=True)
class Layout:
    """Folders of the template with where the project has them, and links that leave the project."""

    folders: Mapping[str, str] = field(default_factory=dict)
    outside: frozenset[str] = frozenset()

    def path(self, path: str) -> str:
        """Return where the project has a path of the template; revisions are placed elsewhere."""
        if migrations.is_revision(path):
            return path
        for folder in (path, *tree.parents(path)):
            if folder in self.folders:
                return self.folders[folder] + path[len(folder) :]
        return path

    def origin(self, path: str) -> str:
        """Return where the template has a path of the project."""
        for old, new in self.folders.items():
            if path.startswith(f"{new}/"):
                return old + path[len(new) :]
        return path

    def tree(self, side: Tree) -> Tree:
        """Return a side of the merge in the layout of the project, without files outside of it."""
        if not (self.folders or self.outside):
            return side
        return {self.path(p): entry for p, entry in side.items() if not self._is_outside(p)}

    def wiring(self, lines: Wiring) -> Wiring:
        """Return lines of shared files with the paths of the project."""
        old, new = (
            frozenset(replace(wire, file=self.path(wire.file)) for wire in wires)
            for wires in (lines.old, lines.new)
        )
        return Wiring(old, new)

    def places(self, configured: Locations) -> Locations:
        """Return the folders of revisions; where Alembic is not configured, as they were moved."""
        return replace(configured, folders=tuple(map(self.path, configured.folders)))

    def names(self, base: Tree, ours: Tree, renames: Mapping[str, str]) -> Names:
        """Return how the project calls the modules that it has moved."""
        return choose(self.folders, base, ours, renames)

    def set_aside(self, merged: Merged, base: Tree, theirs: Tree) -> Merged:
        """Put changed files of the template beside the link that leads out of the project."""
        writes, outcomes = dict(merged.writes), list(merged.outcomes)
        for path in sorted({*base, *theirs}):
            wanted = theirs.get(path)
            if not self._is_outside(path) or base.get(path) == wanted:
                continue
            link = next(p for p in (path, *tree.parents(path)) if p in self.outside)
            note = f"the link {link} leads out of the project"
            if wanted is None:
                outcomes.append(Outcome(path, "kept", note))
                continue
            beside = f"{link}{BESIDE}{path[len(link) :]}"
            writes[beside] = wanted
            outcomes.append(Outcome(path, "conflict", note, "", beside, 1))
        return replace(merged, writes=writes, outcomes=tuple(outcomes))

    @property
    def warnings(self) -> list[str]:
        """Return a warning for each folder that has moved or leads out of the project."""
        moved = [
            f"{folder} is {now} in this project: new files and changes go there"
            for folder, now in sorted(self.folders.items())
        ]
        left = [
            f"the link {link} leads out of the project: nothing is written there"
            for link in self.outside
        ]
        return [*moved, *sorted(left)]

    def _is_outside(self, path: str) -> bool:
        return bool(self.outside) and not self.outside.isdisjoint((path, *tree.parents(path)))


def find(repository: Repository, listing: Mapping[str, Item], base: Tree, theirs: Tree) -> Layout:
    """Compare the folders of the template with those of the project."""
    inside, outside = _links(repository, listing, {**theirs, **base})
    behind = {*inside, *outside}
    visible = [path for path in base if behind.isdisjoint((path, *tree.parents(path)))]
    moved = _moved(visible, listing.keys() - base.keys(), listing)
    return Layout({**moved, **inside}, frozenset(outside))


def _links(
    repository: Repository, listing: Mapping[str, Item], sides: Tree
) -> tuple[dict[str, str], set[str]]:
    """Return the links at paths of the template: with where they lead, and those that lead away."""
    inside, outside = {}, set[str]()
    places = {*sides, *tree.folders(sides)}
    for path, item in listing.items():
        is_own = path in sides and sides[path].kind == "link"
        if item.mode != "120000" or path not in places or is_own:
            continue
        target = Path(os.path.realpath(repository.project / path))  # also of a loop
        is_inside = target.is_relative_to(repository.project)
        name = target.relative_to(repository.project).as_posix() if is_inside else ""
        is_known = name in listing or any(other.startswith(f"{name}/") for other in listing)
        if is_inside and is_known and not name.startswith(".git/"):
            inside[path] = name
        elif target.is_dir() or path not in sides:
            outside.add(path)
    return inside, outside


def _moved(
    base: Collection[str], strangers: Collection[str], listing: Mapping[str, Item]
) -> dict[str, str]:
    """Return the folders of the template that were renamed, with where they are."""
    if not strangers or all(path in listing for path in base):
        return {}
    by_name: dict[str, list[str]] = {}
    for path in strangers:
        by_name.setdefault(path.rpartition("/")[2], []).append(path)
    found: dict[str, str] = {}
    for folder in sorted(tree.folders(dict.fromkeys(base))):
        inside = [path for path in base if path.startswith(f"{folder}/")]
        gone = [path for path in inside if path not in listing]
        if len(gone) < 2 or len(gone) < _GONE * len(inside):
            continue
        if (now := _new_place(folder, gone, by_name)) and now != _implied(folder, found):
            found[folder] = now
    return found


def _new_place(folder: str, gone: list[str], by_name: Mapping[str, list[str]]) -> str:
    """Return the folder that has most of these files, at the same places in it."""
    votes: Counter[str] = Counter()
    for path in gone:
        inner = path[len(folder) :]
        for other in by_name.get(path.rpartition("/")[2], ()):
            if other.endswith(inner):
                votes[other.removesuffix(inner)] += 1
    best = votes.most_common(2)
    if not best or best[0][1] < max(2, _FOUND * len(gone)):
        return ""
    return "" if len(best) > 1 and best[0][1] == best[1][1] else best[0][0]


def _implied(folder: str, found: Mapping[str, str]) -> str:
    for parent in tree.parents(folder):
        if parent in found:
            return found[parent] + folder[len(parent) :]
    return ""
