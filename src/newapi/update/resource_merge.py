"""Add resources to both sides of a merge, and their changed lines to its result."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

from newapi.errors import NewapiError
from newapi.project.tree import Entry, Tree
from newapi.resources import wiring
from newapi.resources.rendering import Side, Workshop
from newapi.resources.wiring import Loose, Wire
from newapi.update.merge import Merged, Outcome


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


class Woven(NamedTuple):
    """Two sides with resources; the lines in shared files are the old ones in both."""

    base: Tree
    theirs: Tree
    lines: Wiring = Wiring()
    revision: Tree = MappingProxyType({})
    reference: Tree = MappingProxyType({})  # the rest of the template, to find moved folders


def weave(base: Tree, theirs: Tree, old: Side, new: Side) -> Woven:
    """Add every resource to both sides of the template.

    Raises:
        NewapiError: The new version of the template has no generator for them.
    """
    if not old.definitions and not new.definitions:
        return Woven(base, theirs)
    if not new.generator.is_there:
        names = ", ".join(sorted(new.definitions))
        message = f"That version of the template cannot make resources, but there are: {names}."
        raise NewapiError(message, "Give --to another version.")
    made = make(Workshop(), old, new, {*old.definitions, *new.definitions})
    return join({**base, **made.base}, {**theirs, **made.theirs}, old, new)


def make(workshop: Workshop, old: Side, new: Side, names: Collection[str]) -> Woven:
    """Make the files of some resources, and the definitions of all."""
    jobs = [(side, name) for side in (old, new) for name in side.contexts if name in names]
    workshop.prepare((side, side.contexts[name]) for side, name in jobs)
    trees: dict[int, dict[str, Entry]] = {id(old): {}, id(new): {}}
    for side, name in jobs:
        trees[id(side)] |= workshop.files(side, name)
    return Woven(
        {**trees[id(old)], **old.inventory.files}, {**trees[id(new)], **new.inventory.files}
    )


def join(base: Tree, theirs: Tree, old: Side, new: Side) -> Woven:
    """Wire resources into both sides."""
    lines = Wiring(old.wires, new.wires)
    base, theirs = (wired(side, lines.old, lines.known) for side in (base, theirs))
    return Woven(base, theirs, lines)


def wired(tree: Tree, wires: Collection[Wire], known: Collection[Wire]) -> Tree:
    """Return a tree with lines in its shared files; what has no place there is left out."""
    changed: dict[str, Entry] = {}
    for path in {wire.file for wire in wires} & tree.keys():
        lines = [wire for wire in wires if wire.file == path]
        data, _ = wiring.rewire(tree[path].data, (), lines, known)
        changed[path] = replace(tree[path], data=data)
    return {**tree, **changed}


def rewire(merged: Merged, lines: Wiring) -> tuple[Merged, list[Loose]]:
    """Update the lines of resources in a merge; return it with the lines left to the user."""
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
