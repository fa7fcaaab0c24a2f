"""A project as it is now: what is committed, and what git ignores but the template manages."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from newapi import migrations, tree
from newapi.errors import NewapiError
from newapi.git import Item, Repository
from newapi.merge import BESIDE, REJECTED
from newapi.texts import Labels, markers
from newapi.tree import Entry, Tree


@dataclass(frozen=True)
class Ours:
    """A project, and the paths in it that git does not keep."""

    tree: Tree
    ignored: frozenset[str]


def require_quiet(repository: Repository) -> None:
    """Refuse a work tree in which something is going on.

    Raises:
        NewapiError: There is no commit, an unfinished merge, or an uncommitted change.
    """
    if not repository.head():
        fix = "git add --all && git commit -m 'Begin'"
        raise NewapiError("The repository has no commit yet.", fix)
    if what := repository.under_way():
        raise NewapiError(f"git is in the middle of {what}.", "Finish it, or abort it, first.")
    if changed := repository.changes():
        shown = ", ".join(changed[:5]) + (", ..." if len(changed) > 5 else "")
        raise NewapiError(
            f"The project has changes that are not committed: {shown}",
            "Commit them, or `git stash --include-untracked`; after an update: --abort.",
        )


def read(
    repository: Repository,
    listing: Mapping[str, Item],
    base: Tree,
    theirs: Tree,
    also: Collection[str] = (),
) -> Ours:
    """Read what a merge of these can touch; anything else is there, but not looked into."""
    managed = {*base, *theirs}
    wanted = {p for p in listing if p in managed or p in also or migrations.is_revision(p)}
    wanted |= _candidates(listing, base, theirs)
    blobs = repository.blobs(
        item.digest for path, item in listing.items() if path in wanted and item.mode != "160000"
    )
    entries = {
        path: _entry(item, blobs.get(item.digest) if path in wanted else None)
        for path, item in listing.items()
    }
    loose = sorted(managed - listing.keys())
    on_disk = _on_disk(repository.project, loose, entries)
    ignored = repository.ignored(_plain(loose, entries | on_disk))
    taken = tree.folders(entries | on_disk)
    absent = {
        path: base[path]
        for path in ignored - on_disk.keys() - taken
        if path in base and theirs.get(path) != base[path]
    }
    return Ours({**absent, **entries, **on_disk}, frozenset(ignored | on_disk.keys()))


def require_no_remains(ours: Ours, labels: Labels) -> None:
    """Refuse a project in which an earlier conflict was committed.

    Raises:
        NewapiError: There are markers, or files beside those that could not be merged.
    """
    remains = [
        path
        for path, entry in ours.tree.items()
        if (entry.is_text and markers(entry.data, labels))
        or any(path.endswith(s) and path.removesuffix(s) in ours.tree for s in (BESIDE, REJECTED))
    ]
    if remains:
        raise unresolved(remains)


def unresolved(paths: Collection[str]) -> NewapiError:
    """Say where conflicts wait for somebody."""
    return NewapiError(
        f"Conflicts of an earlier update are left in: {', '.join(sorted(paths)[:5])}",
        "Resolve them (remove markers, .rej and .template-new files) and commit.",
    )


def revisions(repository: Repository, listing: Mapping[str, Item]) -> Tree:
    """Read the revisions of the database."""
    items = {path: item for path, item in listing.items() if migrations.is_revision(path)}
    blobs = repository.blobs(item.digest for item in items.values())
    return {path: _entry(item, blobs[item.digest]) for path, item in items.items()}


def _candidates(listing: Mapping[str, Item], base: Tree, theirs: Tree) -> set[str]:
    """Return files of the user that a changed file of the template may have been moved to."""
    gone = [e for p, e in base.items() if p not in listing and theirs.get(p) != e and e.data]
    sizes = [len(entry.data) for entry in gone]
    return {
        path
        for path, item in listing.items()
        if path not in base
        and any(size <= 4 * item.size and item.size <= 4 * size for size in sizes)
    }


def _entry(item: Item, data: bytes | None) -> Entry:
    if data is None or item.mode == "160000":
        return Entry(item.digest.encode(), kind="module")  # opaque, and never written
    return Entry(data, item.mode == "100755", "link" if item.mode == "120000" else "file")


def _on_disk(project: Path, paths: list[str], committed: Tree) -> dict[str, Entry]:
    """Return what is where the template wants something, although git does not know it."""
    found: dict[str, Entry] = {}
    folders = tree.folders(committed)
    for path in paths:
        for place in (path, *tree.parents(path)):
            if place in committed:
                continue
            if (entry := tree.look(project / place)) is not None:
                found[place] = entry
        if path not in folders and (project / path).is_dir():
            inside = next(tree.walk(project / path), None)
            if inside is not None:
                found[f"{path}/{inside}"] = Entry(b"", kind="module")
    return found


def _plain(paths: list[str], present: Tree) -> list[str]:
    """Leave out paths below a file or link, about which git cannot be asked."""
    return [path for path in paths if not any(p in present for p in tree.parents(path))]


def require_room(
    repository: Repository,
    listing: Collection[str],
    paths: Iterable[str],
    what: str,
    example: str = "",
) -> None:
    """Refuse to write where the user has something."""
    project = repository.project
    taken = [p for p in sorted(paths) if p in listing or os.path.lexists(project / p)]
    if taken:
        message = f"Files of the project are where the {what} would be: {', '.join(taken)}."
        like = f", like {example}" if example else ""
        raise NewapiError(message, f"Move them away, or give the {what} another name{like}.")
