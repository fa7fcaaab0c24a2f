"""Put the result of a merge into the work tree and the index: wholly, or not at all.

Whatever ends the process, the journal is enough for `restore` to put everything back and for
`finish` to go on: both can be killed and begun again as often as it takes.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newapi.errors import NewapiError
from newapi.project import tree
from newapi.project.git import Repository
from newapi.project.tree import Entry
from newapi.terminal import interrupts
from newapi.update.journal import Desk, Journal, Step, digest
from newapi.update.pairing import Sides


@dataclass(frozen=True)
class Change:
    """What to write (None: remove), what of it git does not keep, and the conflicts."""

    writes: Mapping[str, Entry | None]
    unstaged: Collection[str]
    stages: Mapping[str, Sides]
    summary: Mapping[str, Any]


def apply(repository: Repository, desk: Desk, change: Change) -> None:
    """Make a change; on any error or signal, nothing has changed."""
    try:
        with interrupts.as_keyboard_interrupt():
            journal = _prepare(repository, desk, change)
            desk.write(journal)
            finish(repository, desk, journal)
    except BaseException:
        with interrupts.ignored():
            if (begun := desk.read()) is None:
                desk.clear()
            else:
                restore(repository, desk, begun)
        raise


def finish(repository: Repository, desk: Desk, journal: Journal) -> None:
    """Do what the journal says and is not yet done."""
    for step in journal.steps:
        if not step.after:
            _remove(repository.project, step.path)
    for step in journal.steps:
        if step.after:
            _place(desk.new / step.path, repository.project / step.path)
    repository.stage(journal.index_after)
    desk.mark(journal, "applied")
    desk.tidy()


def restore(repository: Repository, desk: Desk, journal: Journal) -> list[Path]:
    """Put everything back as it was; return copies of what was edited since.

    Steps that were never done are recognised by what is there, so they are left alone.
    """
    journal = desk.mark(journal, "aborting")
    saved = _save_edited(repository, desk, journal)
    present = {step.path: digest(repository.project / step.path) for step in journal.steps}
    for step in journal.steps:
        if not step.before:
            _remove(repository.project, step.path)
    for step in journal.steps:
        if step.before and present[step.path] != step.before:
            copy = desk.folder / "copy"
            copy.unlink(missing_ok=True)
            shutil.copy2(desk.old / step.path, copy, follow_symlinks=False)
            _place(copy, repository.project / step.path)
    # Nothing refers to what an earlier change has staged: git may have removed it meanwhile.
    files = (repository.project / path for path, entries in journal.index_before.items() if entries)
    repository.keep(os.fspath(path) for path in files if path.is_file() and not path.is_symlink())
    repository.stage(journal.index_before)
    desk.clear()
    return saved


def _prepare(repository: Repository, desk: Desk, change: Change) -> Journal:
    """Write every new file into the git directory, and copy there what will be overwritten."""
    hidden = repository.hidden() & change.writes.keys()
    if hidden:
        message = f"git was told not to look at changes of {', '.join(sorted(hidden))}."
        fix = "git update-index --no-assume-unchanged --no-skip-worktree FILE"
        raise NewapiError(message, fix)
    _refuse_full_folders(repository.project, change.writes)
    desk.prepare()
    kept = {*change.writes, *change.stages} - set(change.unstaged)
    index_before = repository.staged(kept)
    index_after = _stage(repository, desk, change)
    steps = []
    for path, entry in sorted(change.writes.items()):
        present = repository.project / path
        if os.path.lexists(present) and not (present.is_dir() and not present.is_symlink()):
            (desk.old / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(present, desk.old / path, follow_symlinks=False)
        if entry is not None and (path in change.unstaged or path not in index_after):
            _write_plain(entry, desk.new / path, present)
        steps.append(Step(path, digest(present), digest(desk.new / path)))
    head = repository.head()
    return Journal("applying", head, tuple(steps), index_before, index_after, change.summary)


def _stage(repository: Repository, desk: Desk, change: Change) -> dict[str, list[str]]:
    """Give git every content, let it write the files as the user's settings want them."""
    kept = {p: e for p, e in change.writes.items() if e is not None and p not in change.unstaged}
    sides = [(e, p, n) for p, three in change.stages.items() for n, e in enumerate(three, 1) if e]
    entries = list(dict.fromkeys([*kept.values(), *(entry for entry, _, _ in sides)]))
    stored = repository.store([entry.data for entry in entries])
    names = dict(zip(entries, stored, strict=True))
    written = {path: f"{entry.mode} {names[entry]} 0" for path, entry in kept.items()}
    if written:
        index = desk.folder / "index"
        repository.stage({path: [about] for path, about in written.items()}, index=index)
        target = desk.folder / "checkout"
        repository.run(
            *("checkout-index", "--all", "--force", f"--prefix={target}/"),
            variables={"GIT_INDEX_FILE": os.fspath(index)},
        )
        desk.new.rmdir()
        (target / repository.prefix).rename(desk.new)
    after = {p: [] if e is None else [written[p]] for p, e in change.writes.items()
             if p not in change.unstaged}  # fmt: skip
    for path in change.stages:
        after[path] = [f"{e.mode} {names[e]} {n}" for e, p, n in sides if p == path]
    return after


def _write_plain(entry: Entry, path: Path, present: Path) -> None:
    """Write a file that git does not keep, with the permissions of the one in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if entry.kind == "link":
        path.symlink_to(os.fsdecode(entry.data))
        return
    permissions = present.stat().st_mode & 0o777 if present.is_file() else None
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o777 if entry.executable else 0o666)
    with os.fdopen(descriptor, "wb") as file:
        if permissions is not None:
            path.chmod(permissions)
        file.write(entry.data)


def _refuse_full_folders(project: Path, writes: Mapping[str, Entry | None]) -> None:
    for path, entry in writes.items():
        target = project / path
        if entry is None or target.is_symlink() or not target.is_dir():
            continue
        left = [p for name in tree.walk(target) if writes.get(p := f"{path}/{name}", entry)]
        if left:
            message = f"{path} is a folder with files that git ignores, and would become a file."
            raise NewapiError(message, f"Move {left[0]} away.")


def _place(source: Path, target: Path) -> None:
    """Move a file to its place in one step; when it is not there any more, that was done."""
    part = target.with_name(f".{target.name}.newapi-part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir() and not target.is_symlink():
            _remove_empty(target)
        source.replace(target)
    except FileNotFoundError:
        if os.path.lexists(source):
            raise
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copy2(source, part, follow_symlinks=False)
        part.replace(target)
        source.unlink()
    part.unlink(missing_ok=True)


def _remove(project: Path, path: str) -> None:
    """Remove a file, and the folders that are empty without it."""
    with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
        (project / path).unlink()
    for parent in tree.parents(path):
        with suppress(FileNotFoundError, NotADirectoryError):
            try:
                (project / parent).rmdir()
            except OSError as error:
                if error.errno in {errno.ENOTEMPTY, errno.EEXIST}:
                    break
                raise


def _remove_empty(folder: Path) -> None:
    for inner, _, _ in os.walk(folder, topdown=False):
        Path(inner).rmdir()


def _save_edited(repository: Repository, desk: Desk, journal: Journal) -> list[Path]:
    """Copy what is neither as it was nor as the update made it: somebody has worked on it."""
    saved = []
    for step in journal.steps:
        path = repository.project / step.path
        present = digest(path)
        if present and present not in {step.before, step.after}:
            copy = desk.saved / journal.head[:12] / present.split()[1][:8] / step.path
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy, follow_symlinks=False)
            saved.append(copy)
    return saved
