"""How far a project has gone its own way, file by file, and what of that is drift.

Edits are what a project is for, and an update merges them; files that were moved take part too.
Drift is what an update can no longer keep current: template files that are gone or replaced by
something else, and answers that newapi has not written.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from newapi.errors import Problem
from newapi.project import answers_file, migrations, tree
from newapi.project.answers_file import ANSWERS_FILE
from newapi.template import features
from newapi.terminal.text import shorten
from newapi.update import findings, references, renames, worktree
from newapi.update.findings import Finding
from newapi.update.merge import BESIDE, REJECTED
from newapi.update.text_merge import Labels, markers

if TYPE_CHECKING:
    from newapi.project.git import Repository
    from newapi.project.locations import Locations
    from newapi.project.tree import Entry, Tree
    from newapi.template.catalog import Catalog, Value

    Answers = Mapping[str, Value]
    Render = Callable[[Answers], Tree]

_SHOWN = 5


@dataclass(frozen=True)
class File:
    """The state of a file of the template; `now` is the path of a moved file."""

    path: str
    state: Literal["untouched", "modified", "replaced", "moved", "deleted"]
    now: str = ""


def compare(repository: Repository, base: Tree) -> list[File]:
    """Compare the files of the template with those of the project, as git would store them.

    Revisions of the database are left out, and what git ignores where it is absent: a clone has
    no such files.
    """
    managed = [p for p in sorted(base) if p != ANSWERS_FILE and not migrations.is_revision(p)]
    present = {path: tree.look(repository.project / path) for path in managed}
    same = _same(repository, base, present)
    missing = [path for path in managed if present[path] is None]
    missing = sorted({*missing} - repository.ignored(missing))
    moved = renames.find(base, _strangers(repository, base, missing), missing) if missing else {}
    return [_file(path, base, present, same, moved) for path in managed
            if present[path] is not None or path in missing]  # fmt: skip


def reasons(files: Iterable[File], known: Catalog, given: Answers) -> Iterator[Problem]:
    """Yield a problem for files that updates pass over, with the fix. Tests may be deleted."""
    files = [file for file in files if not (file.state == "deleted" and _is_test(file.path))]
    for state, what in (("deleted", "deleted"), ("replaced", "no longer files of the same kind")):
        paths = [file.path for file in files if file.state == state]
        if not paths:
            continue
        rest = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
        owners = [
            feature.name
            for feature in known.features.values()
            if given[feature.name] != feature.off
            and any(_is_in(path, feature.paths) for path in paths)
        ]
        remove = f", or newapi remove {' '.join(owners)}" if owners else ""
        yield Problem(
            f"Files of the template are {what}: {', '.join(paths[:_SHOWN])}{rest}.",
            f"Restore them from git{remove}",
        )


def _is_test(path: str) -> bool:
    return path.startswith("tests/") and path.rpartition("/")[2].startswith("test_")


def leftovers(
    repository: Repository, base: Tree, known: Catalog, given: Answers, render: Render
) -> Iterator[Problem]:
    """Yield a problem for each feature that is off although all of its files are there."""
    have = {*repository.files()} - base.keys()
    off = [
        feature
        for feature in known.features.values()
        if given[feature.name] == feature.off and any(_is_in(p, feature.paths) for p in have)
    ]
    if not off:
        return
    switched = {feature.name: features.on_value(feature, known) for feature in off}
    rendered = render(features.resolve({**given, **switched}, switched.keys(), known).answers)
    for feature in off:
        own = [p for p in rendered if p not in base and _is_in(p, feature.paths)
               and not migrations.is_revision(p)]  # fmt: skip
        there = {path: tree.look(repository.project / path) for path in own}
        if own and all(there.values()) and any(there[path] == rendered[path] for path in own):
            name = feature.name
            fix = f"Switch {name} on again in that file, then newapi remove {name}"
            yield Problem(f"{ANSWERS_FILE} says no {name}, but its files are all there.", fix)


def remains(repository: Repository, base: Tree) -> Iterator[Problem]:
    """Yield a problem if conflicts of an update are left."""
    files = {path: tree.look(repository.project / path) for path in base}
    marked = [p for p, e in files.items() if e and e.is_text and markers(e.data, Labels())]
    kept = repository.files()
    beside = [p for p in kept for s in (BESIDE, REJECTED) if p.endswith(s)
              and p.removesuffix(s) in base
              and not worktree.is_reference(p, tree.look(repository.project / p), base)
              ]  # fmt: skip
    if found := sorted({*marked, *beside}):
        fix = "Resolve them: no markers, no .rej and no .template-new files are left then"
        yield Problem(f"Conflicts of an update are left in: {', '.join(found[:_SHOWN])}.", fix)


def present(repository: Repository, base: Tree) -> Tree:
    """Return the files of the project at the paths of the template."""
    found = {path: tree.look(repository.project / path) for path in base}
    return {path: entry for path, entry in found.items() if entry is not None}


def unfit(repository: Repository, base: Tree, places: Locations) -> list[Finding]:
    """Return what does not fit together in the project: imports, keys, revisions."""
    names = {
        path
        for path in repository.files()
        if path in base or path.endswith(".py") or references.is_yaml(path)
    }
    present = {path: tree.look(repository.project / path) for path in sorted(names)}
    files = {path: entry for path, entry in present.items() if entry is not None}
    found = findings.find(base, base, files, places)
    return [*found, *(each for each in findings.of_revisions(files, places) if each not in found)]


def unfit_reason(found: Sequence[Finding]) -> Iterator[Problem]:
    """Yield a problem if parts of the project do not fit together."""
    if found:
        rest = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        shown = ", ".join(map(str, found[:_SHOWN]))
        yield Problem(
            f"Parts of the project do not fit together: {shown}{rest}.", "Mend these files"
        )


def edited_answers(ours: Entry | None, base: Entry | None) -> Problem | None:
    """Return how an answers file differs from the one that newapi writes; None if it does not."""
    if ours is None or base is None or ours.data == base.data:
        return None
    found, expected = (answers_file.parse(entry.data)[0] for entry in (ours, base))
    names = sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))
    if not names:
        return None
    shown = ", ".join(shorten(name) for name in names[:_SHOWN])
    fix = f"git checkout the {ANSWERS_FILE} that newapi wrote, and use newapi update --set"
    return Problem(f"{ANSWERS_FILE} was edited by hand: {shown}.", fix)


def _file(
    path: str,
    base: Tree,
    present: Mapping[str, Entry | None],
    same: set[str],
    moved: Mapping[str, str],
) -> File:
    entry = present[path]
    if entry is None:
        return File(path, "moved", moved[path]) if path in moved else File(path, "deleted")
    if entry.kind != base[path].kind:
        return File(path, "replaced")
    return File(path, "untouched" if path in same else "modified")


def _same(repository: Repository, base: Tree, present: Mapping[str, Entry | None]) -> set[str]:
    """Return the paths at which nothing has changed."""
    files = [path for path, entry in present.items() if entry is not None and entry.kind == "file"]
    digests = dict(zip(files, repository.digests(files), strict=True))
    is_long = len(repository.no_object) == hashlib.sha256().digest_size * 2
    same = set()
    for path, entry in present.items():
        wanted = base[path]
        if entry is None or entry.kind != wanted.kind:
            continue
        if os.name != "nt" and entry.executable != wanted.executable:
            continue
        blob = b"blob %d\0" % len(wanted.data) + wanted.data
        digest = hashlib.new("sha256" if is_long else "sha1", blob).hexdigest()
        if digests[path] == digest if entry.kind == "file" else entry == wanted:
            same.add(path)
    return same


def _strangers(repository: Repository, base: Tree, missing: Iterable[str]) -> dict[str, Entry]:
    """Return the files of the user that a missing one may have been moved to."""
    sizes = [len(base[path].data) for path in missing if base[path].data]
    found = {}
    for path in repository.files():
        if path in base or (entry := tree.look(repository.project / path)) is None:
            continue
        own = len(entry.data)
        if any(size <= 4 * own and own <= 4 * size for size in sizes):
            found[path] = entry
    return found


def _is_in(path: str, owned: Iterable[str]) -> bool:
    folders = {path, *tree.parents(path)}
    return any(place.strip("/") in folders for place in owned)
