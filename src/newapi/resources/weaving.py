"""Add resources to both sides of a merge, and carry changed wiring into its result."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newapi.merge import Merged, Outcome
from newapi.resources import wiring
from newapi.resources.wiring import Loose, Wire
from newapi.tree import Entry, Tree

if TYPE_CHECKING:
    from newapi.resources.rendering import Side, Workshop


@dataclass(frozen=True)
class Wiring:
    """The lines of all resources in shared files, before and after."""

    old: frozenset[Wire] = frozenset()
    new: frozenset[Wire] = frozenset()

    @property
    def files(self) -> frozenset[str]:
        """Return the files in which lines change."""
        return frozenset(wire.file for wire in self.old ^ self.new)

    @property
    def known(self) -> frozenset[Wire]:
        """Return the lines of before and after."""
        return self.old | self.new


def files(workshop: Workshop, side: Side) -> Tree:
    """Return the files of all resources of one side, without their definitions."""
    workshop.prepare((side, about) for about in side.contexts.values())
    made = (workshop.files(side, name) for name in side.contexts)
    return {path: entry for each in made for path, entry in each.items()}


def wired(tree: Tree, wires: Collection[Wire], known: Collection[Wire]) -> Tree:
    """Return a tree with lines in its shared files; what has no place there is left out."""
    changed: dict[str, Entry] = {}
    for path in {wire.file for wire in wires} & tree.keys():
        lines = [wire for wire in wires if wire.file == path]
        data, _ = wiring.rewire(tree[path].data, (), lines, known)
        changed[path] = replace(tree[path], data=data)
    return {**tree, **changed}


def rewired(merged: Merged, lines: Wiring) -> tuple[Merged, list[Loose]]:
    """Bring the lines of a merged project up to date; return what is left to the user too."""
    writes, outcomes = dict(merged.writes), {o.path: o for o in merged.outcomes}
    result, loose = merged.tree, list[Loose]()
    for path in sorted(lines.files):
        gone = [wire for wire in lines.old - lines.new if wire.file == path]
        fresh = [wire for wire in lines.new - lines.old if wire.file == path]
        entry = result.get(path)
        if entry is None or entry.kind != "file":
            loose += [Loose(wire, "add") for wire in sorted(fresh)]
            continue
        data, left = wiring.rewire(entry.data, gone, fresh, lines.known)
        loose += left
        if data != entry.data:
            writes[path] = replace(entry, data=data)
            outcomes.setdefault(path, Outcome(path, "wired"))
    kept = {path: entry for path, entry in writes.items() if entry != merged.ours.get(path)}
    return replace(
        merged,
        writes=dict(sorted(kept.items())),
        outcomes=tuple(outcomes[path] for path in sorted(outcomes)),
    ), loose
