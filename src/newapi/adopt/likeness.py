"""How like two versions of a project are: lines that one has and the other has not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from newapi.project import migrations
from newapi.project.answers_file import ANSWERS_FILE
from newapi.update import layouts, worktree

if TYPE_CHECKING:
    from newapi.project.git import Item, Repository
    from newapi.project.tree import Entry, Tree

_MOST_BYTES = 1024 * 1024


@dataclass
class Committed:
    """The files of the last commit, each read at its first use."""

    repository: Repository
    listing: Mapping[str, Item]
    _known: dict[str, Entry] = field(default_factory=dict)

    def read(self, paths: Collection[str]) -> Tree:
        """Return the files at these paths."""
        items = {p: self.listing[p] for p in paths if p in self.listing}
        new = {p for p, item in items.items() if p not in self._known and item.size < _MOST_BYTES}
        self._known |= worktree.contents(self.repository, self.listing, new)
        return {path: self._known[path] for path in items if path in self._known}

    def in_place(self, rendered: Tree) -> Tree:
        """Return a version of the template in the folders that the project has, with their names.

        Files that git ignores are left out: a clone does not have them.
        """
        layout = layouts.find(self.repository, self.listing, rendered, {})
        placed = layout.tree(rendered)
        absent = placed.keys() - self.listing.keys() - {ANSWERS_FILE}
        ignored = self.repository.ignored(sorted(absent))
        placed = {path: entry for path, entry in placed.items() if path not in ignored}
        ours = self.read(placed.keys()) if layout.folders else {}
        renamed, _ = layout.names(placed, ours, {}).sides(placed, {}, ours)
        return dict(renamed)


def distance(committed: Committed, rendered: Tree, paths: Collection[str]) -> int:
    """Return how many lines differ at these paths, whichever side has them."""
    ours = committed.read(paths)
    count = 0
    for path in managed(paths):
        if ours.get(path) != rendered.get(path):
            own, theirs = _lines(ours.get(path)), _lines(rendered.get(path))
            count += (own - theirs).total() + (theirs - own).total()
    return count


def share(committed: Committed, rendered: Tree) -> float:
    """Return the share of the lines of a version of the template that the project has."""
    ours = committed.read(rendered.keys())
    paths = managed(rendered)
    total = sum(_lines(rendered[path]).total() for path in paths)
    missing = sum((_lines(rendered[path]) - _lines(ours.get(path))).total() for path in paths)
    return 1 - missing / total if total else 0.0


def managed(paths: Collection[str]) -> list[str]:
    """Return the paths that count: revisions belong to the project, and the answers are absent."""
    return [path for path in paths if path != ANSWERS_FILE and not migrations.is_revision(path)]


def _lines(entry: Entry | None) -> Counter[bytes]:
    if entry is None:
        return Counter()
    if not entry.is_text:
        return Counter([entry.data])
    return Counter(line.strip() for line in entry.data.splitlines() if line.strip())
