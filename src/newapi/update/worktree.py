"""A project as it is now.

That is what is committed, what newapi has staged on top of it, and what git ignores but the
template manages.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from newapi.errors import NewapiError
from newapi.project import locations, tree
from newapi.project.git import Item, Repository
from newapi.project.locations import Locations
from newapi.project.tree import Entry, Tree
from newapi.update.journal import Desk, Journal, results
from newapi.update.merge import BESIDE, REJECTED
from newapi.update.text_merge import Labels, markers

_UNMERGED = frozenset({"DD", "AU", "UD", "UA", "DU", "AA", "UU"})
_ABORT = "newapi update --abort takes back what newapi has staged last"


@dataclass(frozen=True)
class Ours:
    """A project, and the paths in it that git does not keep."""

    tree: Tree
    ignored: frozenset[str]


def require_quiet(
    repository: Repository, *, may_follow: bool, edited: Collection[str] = ()
) -> None:
    """Refuse a work tree in which something is going on.

    With `may_follow`, changes that newapi itself has staged are accepted, and always those of the
    files in `edited`.

    Raises:
        NewapiError: There is no commit, an unfinished merge, or an uncommitted change.
    """
    head = repository.head()
    if not head:
        fix = "git add --all && git commit -m 'Begin'"
        raise NewapiError("The repository has no commit yet.", fix)
    if what := repository.under_way():
        raise NewapiError(f"git is in the middle of {what}.", "Finish it, or abort it, first.")
    changed = {p: code for p, code in repository.changes().items() if p not in edited}
    if not changed:
        return
    journals = _on_commit(repository, head)
    if journals and (left := _conflicts(repository, journals[-1], changed)):
        raise unresolved(left, f"; {_ABORT}")
    if not may_follow or not journals:
        fix = "Commit them, or `git stash --include-untracked`"
        raise _uncommitted([*changed], f"{fix}; {_ABORT}." if journals else f"{fix}.")
    staged = {path: e for path, e in results(journals).items() if path not in edited}
    if found := _edited(repository, changed, staged):
        stash = "`git stash --keep-index --include-untracked` puts aside what is not staged"
        raise _uncommitted(found, f"Commit everything; or {stash}.")


def require_same(repository: Repository, ours: Tree, paths: Iterable[str]) -> None:
    """Refuse files that were edited after they were read, where git does not look.

    Raises:
        NewapiError: One of them has another content now.
    """
    for path in paths:
        present, read = tree.look(repository.project / path), ours.get(path)
        if present is not None and present != read:
            raise NewapiError(f"{path} was edited while newapi was at work.", "Run it again.")


def followed(repository: Repository) -> tuple[Journal, ...]:
    """Return the journals of changes that are staged and not committed, the oldest first.

    There are none when the index is no longer as newapi has left it, or has conflicts.
    """
    journals = _on_commit(repository, repository.head())
    expected = results(journals)
    is_merged = all(entry.endswith(" 0") for entries in expected.values() for entry in entries)
    is_as_staged = is_merged and repository.staged(expected) == expected
    return journals if is_as_staged else ()


def listing(repository: Repository, journals: Iterable[Journal]) -> dict[str, Item]:
    """Return every path of the last commit, with what these journals have staged on top of it."""
    found = repository.listing()
    staged = {path: entries[0].split() for path, entries in results(journals).items() if entries}
    contents = repository.blobs(digest for _, digest, _ in staged.values())
    for path in results(journals):
        found.pop(path, None)
    for path, (mode, digest, _) in staged.items():
        found[path] = Item(mode, digest, len(contents[digest]))
    return found


def _on_commit(repository: Repository, head: str) -> tuple[Journal, ...]:
    """Return the journals of the changes that were made on a commit, the oldest first."""
    journals = Desk(repository).journals()
    is_complete = all(each.head == head and not each.is_interrupted for each in journals)
    return journals if is_complete else ()


def _conflicts(repository: Repository, journal: Journal, changed: Mapping[str, str]) -> list[str]:
    """Return the files with unresolved conflicts of a change."""
    unmerged = [path for path, code in changed.items() if code in _UNMERGED]
    outcomes = journal.summary.get("outcomes", ())
    beside = [outcome["beside"] for outcome in outcomes if outcome["beside"]]
    return [*unmerged, *(path for path in beside if os.path.lexists(repository.project / path))]


def _edited(
    repository: Repository, changed: Mapping[str, str], staged: Mapping[str, list[str]]
) -> list[str]:
    """Return the paths that are not as newapi has staged them.

    Commands that newapi proposes rewrite `uv.lock` after a change of `pyproject.toml`. newapi
    neither reads nor writes it.
    """
    present = repository.staged(staged)
    edited = {path for path, code in changed.items() if code[1] != " " or path not in staged}
    edited |= {path for path, entries in staged.items() if present[path] != entries}
    return sorted(edited - {"uv.lock"} if "pyproject.toml" in staged else edited)


def _uncommitted(paths: Sequence[str], fix: str) -> NewapiError:
    shown = ", ".join(paths[:5]) + (", ..." if len(paths) > 5 else "")
    return NewapiError(f"The project has changes that are not committed: {shown}", fix)


def read(
    repository: Repository,
    listing: Mapping[str, Item],
    base: Tree,
    theirs: Tree,
    is_read: Callable[[str], bool],
) -> Ours:
    """Read the files that a merge of these two sides can touch, and those with `is_read`.

    The others are in the result too, without their contents.
    """
    managed = {*base, *theirs}
    wanted = {path for path in listing if path in managed or is_read(path)}
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


def require_no_remains(ours: Ours, base: Tree, labels: Labels) -> None:
    """Refuse a project in which an earlier conflict was committed.

    Raises:
        NewapiError: There are markers, or files beside those that could not be merged.
    """
    remains = [
        path
        for path, entry in ours.tree.items()
        if (entry.is_text and markers(entry.data, labels))
        or any(
            path.endswith(suffix)
            and path.removesuffix(suffix) in ours.tree
            and not is_reference(path, entry, base)
            for suffix in (BESIDE, REJECTED)
        )
    ]
    if remains:
        raise unresolved(remains)


def is_reference(path: str, entry: Entry | None, base: Tree) -> bool:
    """Return whether a file is the template's version of the text beside it."""
    replaced = path.removesuffix(BESIDE)
    if replaced == path or entry is None or not entry.is_text:
        return False
    return entry == base.get(replaced)


def unresolved(paths: Collection[str], aborted: str = "") -> NewapiError:
    """Return an error that names the files with conflicts."""
    return NewapiError(
        f"Conflicts of an earlier update are left in: {', '.join(sorted(paths)[:5])}",
        f"Resolve them (remove markers, .rej and .template-new files) and commit{aborted}.",
    )


def contents(repository: Repository, listing: Mapping[str, Item], paths: Collection[str]) -> Tree:
    """Read the committed files at these paths."""
    items = {path: item for path, item in listing.items() if path in paths and item.is_file}
    blobs = repository.blobs(item.digest for item in items.values())
    return {path: _entry(item, blobs[item.digest]) for path, item in items.items()}


def places(repository: Repository, listing: Mapping[str, Item]) -> Locations:
    """Return where the project keeps its revisions."""
    items = {path: listing[path] for path in locations.config_files(listing.keys())}
    files = {path: item for path, item in items.items() if item.is_file}
    blobs = repository.blobs(item.digest for item in files.values())
    contents = {path: blobs[item.digest] for path, item in files.items()}
    return locations.read(contents, listing.keys(), repository.project)


def places_on_disk(repository: Repository) -> Locations:
    """Return where the project keeps its revisions, as its files are now."""
    paths = repository.files()
    found = {p: tree.look(repository.project / p) for p in locations.config_files(paths)}
    contents = {path: entry.data for path, entry in found.items() if entry is not None}
    return locations.read(contents, paths, repository.project)


def revisions(repository: Repository, listing: Mapping[str, Item], places: Locations) -> Tree:
    """Read the revisions of the database."""
    return contents(repository, listing, places.of(listing))


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
    """Return the files at these paths, or in their way, that git does not know."""
    found: dict[str, Entry] = {}
    folders = tree.folders(committed)
    for path in paths:
        blocker = tree.blocker(project, path)
        place = blocker or path
        if place not in committed and (entry := tree.look(project / place)) is not None:
            found[place] = entry
        if not blocker and path not in folders and (project / path).is_dir():
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
