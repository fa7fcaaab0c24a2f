"""Edits and commits that were made after the journal of a change was written.

Files that were edited since are merged with the change, or stay as they are. A journal counts only
on the commit that it was made on.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from newapi.errors import NewapiError
from newapi.project import tree
from newapi.update import text_merge
from newapi.update.journal import Desk, Journal, Step, digest
from newapi.update.text_merge import Labels

if TYPE_CHECKING:
    from newapi.project.git import Repository

BESIDE = ".template-new"

# as before the change, as after it, edited before the change reached it, edited after that
State: TypeAlias = Literal["before", "after", "edited before", "edited after"]


@dataclass(frozen=True)
class Kept:
    """A file that was edited since, and where the version is that was not merged into it."""

    path: str
    note: str
    beside: str = ""


def obstacle(repository: Repository, journal: Journal) -> NewapiError | None:
    """Return why a change can be neither finished nor taken back here; None when it can."""
    if what := repository.under_way():
        return NewapiError(f"git is in the middle of {what}.", "Finish it, or abort it, first.")
    if (head := repository.head()) != journal.head:
        return _of_other_commit(repository, journal, head)
    if journal.state == "applied" and _is_gone(repository, journal):
        message = "What newapi has staged is gone: it was committed elsewhere, stashed or reset."
        return NewapiError(message, "git log --all and git stash list show where it may be.")
    return None


def state(repository: Repository, desk: Desk, step: Step) -> State:
    """Compare the file at the path of a step with the digests in the journal."""
    path = repository.project / step.path
    present = digest(path)
    is_in_the_way = tree.blocker(repository.project, step.path) or _is_full_folder(path)
    if not is_in_the_way and present == step.after:
        return "after"
    if not is_in_the_way and present == step.before:
        return "before"
    is_placed = bool(step.after) and not os.path.lexists(desk.new / step.path)
    return "edited after" if is_placed else "edited before"


def merged(base: Path | bytes, ours: Path, theirs: Path) -> bytes | None:
    """Merge an edit with a version of a file; None when that is not possible without a conflict."""
    before = base if isinstance(base, bytes) else _text(base)
    edited, wanted = _text(ours), _text(theirs)
    if before is None or edited is None or wanted is None:
        return None
    result = text_merge.merge([before, edited, wanted], Labels(), "inline")
    return None if result.conflicts else result.data


def free_path(project: Path, path: str, content: Path) -> str:
    """Return a path beside a file, where nothing is or this very content."""
    blocker = tree.blocker(project, path)
    stem, rest = (blocker, path[len(blocker) :]) if blocker else (path, "")
    number, name = 1, f"{stem}{BESIDE}{rest}"
    while os.path.lexists(project / name) and digest(project / name) != digest(content):
        number += 1
        name = f"{stem}{BESIDE}-{number}{rest}"
    return name


def save(desk: Desk, journal: Journal, path: Path, name: str) -> Path:
    """Copy an edited file into the git directory; return the copy."""
    copy = desk.saved / journal.head[:12] / digest(path).split()[1][:8] / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, copy, follow_symlinks=False)
    return copy


def staged_by_user(repository: Repository, journal: Journal) -> dict[str, list[str]]:
    """Return the index entries that are neither from before the change nor from the change."""
    found = repository.staged({*journal.index_before, *journal.index_after})
    return {
        path: entries
        for path, entries in found.items()
        if entries not in (journal.index_before.get(path), journal.index_after.get(path))
    }


def save_staged(
    repository: Repository, desk: Desk, journal: Journal, entries: Mapping[str, list[str]]
) -> Iterator[Kept]:
    """Copy the contents that the user has staged and that the work tree does not have."""
    single = {path: found[0].split()[1] for path, found in entries.items() if len(found) == 1}
    files = [path for path in single if (repository.project / path).is_file()]
    present = dict(zip(files, repository.digests(files), strict=True))
    wanted = {path: name for path, name in single.items() if present.get(path) != name}
    contents = repository.blobs(wanted.values())
    for path, name in wanted.items():
        copy = desk.saved / journal.head[:12] / name[:8] / f"{path}.staged"
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(contents[name])
        yield Kept(path, "you staged it after the change", os.fspath(copy))


def _of_other_commit(repository: Repository, journal: Journal, head: str) -> NewapiError:
    branch = repository.branch()
    if journal.branch and branch != journal.branch:
        where = f"{branch or head[:12]}, and the change was made on {journal.branch}"
        message = f"Another commit is checked out: {where}. It may have been committed since."
        return NewapiError(message, f"git switch {journal.branch}, or newapi update begins anew.")
    if journal.is_interrupted:
        message = "Something was committed after the update was interrupted: it has no claim now."
        return NewapiError(message, "newapi update begins anew.")
    message = "The last update has been committed, or something else was committed since."
    return NewapiError(message, "git revert the commit that holds it.")


def _is_gone(repository: Repository, journal: Journal) -> bool:
    """Whether neither the index nor the work tree holds anything of a change to kept files."""
    changed = [p for p, found in journal.index_after.items() if journal.index_before[p] != found]
    if not changed:
        return False
    present = repository.staged(changed)
    if any(present[path] == journal.index_after[path] for path in changed):
        return False
    steps = (step for step in journal.steps if step.path in journal.index_after)
    return not any(
        step.after != step.before and digest(repository.project / step.path) == step.after
        for step in steps
    )


def _is_full_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and next(tree.walk(path), None) is not None


def _text(path: Path) -> bytes | None:
    entry = tree.look(path)
    return entry.data if entry is not None and entry.is_text else None
