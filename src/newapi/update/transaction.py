"""Put the result of a merge into the work tree and the index: completely, or not at all.

After a kill, `restore` puts everything back and `finish` completes the change. Both can be killed
and started again at every point.
"""

from __future__ import annotations

import errno
import os
import shlex
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from newapi.errors import NewapiError
from newapi.project import tree
from newapi.project.answers_file import ANSWERS_FILE
from newapi.project.git import Repository, import_feed
from newapi.project.tree import Entry
from newapi.terminal import interrupts
from newapi.update import recovery
from newapi.update.journal import Desk, Journal, Step, digest
from newapi.update.pairing import Sides
from newapi.update.recovery import Kept

CONFLICTS = 3  # the exit code of a change that leaves something to the user


@dataclass(frozen=True)
class Change:
    """Files to write (None: remove), paths that are not staged, conflicts, and where files were.

    `require_current` raises when the project is no longer what the change was planned for.
    """

    writes: Mapping[str, Entry | None]
    unstaged: Collection[str]
    stages: Mapping[str, Sides]
    summary: Mapping[str, Any]
    origins: Mapping[str, str]
    require_current: Callable[[], None]


@dataclass(frozen=True)
class Restored:
    """The paths that were put back, and the edits that were made after the change."""

    paths: tuple[str, ...]
    kept: tuple[Kept, ...]


def apply(repository: Repository, desk: Desk, change: Change) -> Journal:
    """Make a change and return its journal. An error or a signal leaves the project unchanged."""
    try:
        with interrupts.as_keyboard_interrupt():
            journal = _prepare(repository, desk, change)
            desk.write(journal)
            return finish(repository, desk, journal)
    except BaseException:
        with interrupts.ignored():
            if (begun := desk.read()) is None:
                desk.clear()
            else:
                restore(repository, desk, begun)
        raise


def store_again(repository: Repository, desk: Desk) -> None:
    """Give git the contents of an interrupted change once more: it may have removed them since."""
    if desk.objects.exists():
        repository.import_blobs(desk.objects.read_bytes())


def finish(repository: Repository, desk: Desk, journal: Journal) -> Journal:
    """Do the steps of a journal that are not done; return the journal of the complete change.

    A file that was edited since is merged with the change. Where that would be a conflict, the file
    stays as it is and the new version is put beside it.
    """
    by_user = recovery.staged_by_user(repository, journal)
    kept = [Kept(path, "you staged it after the change began") for path in by_user]
    unstaged = {*by_user}
    for step in sorted(journal.steps, key=_order):
        if (found := _finish_step(repository, desk, step)) is not None:
            kept.append(found)
            if found.beside or not step.after:
                unstaged.add(step.path)
    index_after = dict(journal.index_after)
    if unstaged:
        index_after |= repository.staged(unstaged & index_after.keys())
    repository.stage({p: found for p, found in index_after.items() if p not in unstaged})
    done = replace(journal, index_after=index_after, summary=_told(journal.summary, kept))
    done = desk.mark(done, "applied")
    desk.tidy()
    return done


def restore(repository: Repository, desk: Desk, journal: Journal) -> Restored:
    """Put every file and index entry back as it was before the change.

    Where a file was edited since, only the change is taken out of it. Where that would be a
    conflict, the edited version is copied into the git directory first.
    """
    journal = desk.mark(journal, "aborting")
    by_user = recovery.staged_by_user(repository, journal)
    kept = [*recovery.save_staged(repository, desk, journal, by_user)]
    paths = []
    for step in sorted(journal.steps, key=lambda step: bool(step.before)):
        found = recovery.state(repository, desk, step)
        if tree.blocker(repository.project, step.path):
            kept += _keep_old(desk, journal, step)
            continue
        if found.startswith("edited") and (edit := _keep_edit(repository, desk, journal, step)):
            kept.append(edit)
            if not edit.beside:
                continue
        if found != "before":
            _put_back(repository, desk, step)
            paths.append(step.path)
        elif not step.before:
            _remove(repository.project, step.path)  # its folder may have been made already
    # git may have removed objects that an earlier change has staged: nothing refers to them.
    files = (repository.project / path for path, entries in journal.index_before.items() if entries)
    repository.keep(os.fspath(path) for path in files if path.is_file() and not path.is_symlink())
    repository.stage(journal.index_before)
    desk.clear()
    return Restored(tuple(paths), tuple(kept))


def _order(step: Step) -> tuple[bool, bool]:
    """Remove before adding, and write the answers last: they name the version of all files."""
    return bool(step.after), step.path == ANSWERS_FILE


def _finish_step(repository: Repository, desk: Desk, step: Step) -> Kept | None:
    """Do a step; return the edit that was made to its file since the journal was written."""
    path = repository.project / step.path
    match recovery.state(repository, desk, step):
        case "before" if step.after:
            _place(desk.new / step.path, path)
        case "before":
            _remove(repository.project, step.path)
        case "edited after":
            return Kept(step.path, "you edited it after the change")
        case "edited before" if not step.after:
            return Kept(step.path, "you edited it, so it is not removed")
        case "edited before":
            return _merge_edit(repository.project, desk, step)
    return None


def _merge_edit(project: Path, desk: Desk, step: Step) -> Kept:
    """Merge the new version into an edited file, or put it beside that file."""
    path, new = project / step.path, desk.new / step.path
    is_blocked = bool(tree.blocker(project, step.path))
    if not (is_blocked or os.path.lexists(path)):
        return Kept(step.path, "you deleted it after the change began")
    data = None if is_blocked else recovery.merged(desk.old / step.path, path, new)
    if data is not None:
        _write_over(path, data, desk.folder / "copy")
        return Kept(step.path, "merged with what you edited after the change began")
    beside = recovery.free_path(project, step.path, new)
    copy = desk.folder / "copy"
    copy.unlink(missing_ok=True)
    shutil.copy2(new, copy, follow_symlinks=False)
    _place(copy, project / beside)
    return Kept(step.path, "you edited it after the change began", beside)


def _keep_edit(repository: Repository, desk: Desk, journal: Journal, step: Step) -> Kept | None:
    """Take a change out of an edited file, or copy that file into the git directory."""
    path = repository.project / step.path
    if not digest(path):
        return None
    if recovery.state(repository, desk, step) == "edited before":
        return Kept(step.path, "you edited it; it stays as it is")
    made = journal.index_after.get(step.path, [])
    old = desk.old / step.path
    if len(made) == 1 and made[0].endswith(" 0") and step.before:
        name = made[0].split()[1]
        data = recovery.merged(repository.blobs([name])[name], path, old)
        if data is not None:
            _write_over(path, data, desk.folder / "copy")
            return Kept(step.path, "the change was taken out of what you edited")
    copy = recovery.save(desk, journal, path, step.path)
    return Kept(step.path, "you edited it after the change", os.fspath(copy))


def _keep_old(desk: Desk, journal: Journal, step: Step) -> Iterator[Kept]:
    """Save the file from before the change, where its folder was replaced by a link or a file."""
    if step.before:
        copy = recovery.save(desk, journal, desk.old / step.path, step.path)
        yield Kept(step.path, "its folder was replaced, so it is not put back", os.fspath(copy))


def _put_back(repository: Repository, desk: Desk, step: Step) -> None:
    if not step.before:
        _remove(repository.project, step.path)
        return
    copy = desk.folder / "copy"
    copy.unlink(missing_ok=True)
    shutil.copy2(desk.old / step.path, copy, follow_symlinks=False)
    _place(copy, repository.project / step.path)


def _write_over(path: Path, data: bytes, part: Path) -> None:
    """Give a file another content in one step; its permissions stay."""
    part.unlink(missing_ok=True)
    shutil.copy2(path, part)
    part.write_bytes(data)
    _place(part, path)


def _told(summary: Mapping[str, Any], kept: list[Kept]) -> dict[str, Any]:
    """Return the description of a change with the edits that were made since."""
    if not kept:
        return {**summary}
    outcomes = {each["path"]: each for each in summary.get("outcomes", ())}
    for edit in kept:
        if edit.beside:
            outcomes[edit.path] = {
                "path": edit.path, "action": "conflict", "note": edit.note, "origin": "",
                "beside": edit.beside, "conflicts": 1,
            }  # fmt: skip
    warnings = [*summary.get("warnings", ()), *(f"{edit.path}: {edit.note}" for edit in kept)]
    told = {**summary, "outcomes": [outcomes[p] for p in sorted(outcomes)], "warnings": warnings}
    if any(edit.beside for edit in kept):
        told["exit_code"] = CONFLICTS
    return told


def _prepare(repository: Repository, desk: Desk, change: Change) -> Journal:
    """Write every new file into the git directory, and copy the files that it replaces there.

    Raises:
        NewapiError: A file cannot be written safely, or the project was edited meanwhile.
    """
    _refuse_links(repository.project, change.writes)
    _refuse_hidden(repository, change.writes)
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
        elif entry is not None:
            _set_permissions(
                desk.new / path, entry, _replaced(repository, index_before, change, path)
            )
        steps.append(Step(path, digest(present), digest(desk.new / path)))
    change.require_current()
    return Journal(
        *("applying", repository.head(), tuple(steps), index_before, index_after, change.summary),
        branch=repository.branch(),
    )


def _replaced(
    repository: Repository,
    index: Mapping[str, list[str]],
    change: Change,
    path: str,
) -> tuple[Path, bool] | None:
    """Return the file that another one replaces, and whether git knows it as executable."""
    name = path if os.path.lexists(repository.project / path) else change.origins.get(path, "")
    present, entries = repository.project / name, index.get(name, [])
    if not name or present.is_symlink() or not present.is_file() or len(entries) != 1:
        return None
    return present, entries[0].startswith("100755")


def _set_permissions(path: Path, entry: Entry, replaced: tuple[Path, bool] | None) -> None:
    """Give a file the permissions of the one that it replaces, executable as git knows it."""
    if entry.kind != "file" or replaced is None:
        return
    present, was_executable = replaced
    permissions = present.stat().st_mode & 0o777
    if entry.executable and not was_executable:
        permissions |= (permissions & 0o444) >> 2
    elif was_executable and not entry.executable:
        permissions &= ~0o111
    path.chmod(permissions)


def _refuse_hidden(repository: Repository, writes: Mapping[str, Entry | None]) -> None:
    hidden = sorted(repository.hidden() & writes.keys())
    if not hidden:
        return
    shown = ", ".join(hidden[:5]) + (", ..." if len(hidden) > 5 else "")
    if repository.is_sparse():
        message = f"The sparse checkout leaves out files that are changed: {shown}"
        raise NewapiError(message, "git sparse-checkout disable, and set it again afterwards.")
    fix = "git update-index --no-assume-unchanged --no-skip-worktree FILE"
    raise NewapiError(f"git was told not to look at changes of {shown}.", fix)


def _refuse_links(project: Path, writes: Mapping[str, Entry | None]) -> None:
    for path in writes:
        blocker = tree.blocker(project, path)
        if (project / blocker).is_symlink() and writes.get(blocker, path) is not None:
            message = f"{blocker} is a link, and {path} would be written through it."
            raise NewapiError(message, f"Move {blocker} away, or replace it by a folder.")


def _stage(repository: Repository, desk: Desk, change: Change) -> dict[str, list[str]]:
    """Give git every content, let it write the files as the user's settings want them."""
    kept = {p: e for p, e in change.writes.items() if e is not None and p not in change.unstaged}
    sides = [(e, p, n) for p, three in change.stages.items() for n, e in enumerate(three, 1) if e]
    entries = list(dict.fromkeys([*kept.values(), *(entry for entry, _, _ in sides)]))
    contents = [entry.data for entry in entries]
    stored = repository.store(contents)
    desk.objects.write_bytes(import_feed(contents))
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
    """Move a file to its place in one step; a file that is not there was moved before.

    Raises:
        NewapiError: The folder cannot be written.
    """
    part = target.with_name(f".{target.name}.newapi-part")
    try:
        with _writing(target.parent):
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
        with _writing(target.parent):
            shutil.copy2(source, part, follow_symlinks=False)
            part.replace(target)
            source.unlink()
    part.unlink(missing_ok=True)


def _remove(project: Path, path: str) -> None:
    """Remove a file, and the folders that are empty without it.

    Raises:
        NewapiError: The folder cannot be written.
    """
    absent = suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError)
    with absent, _writing((project / path).parent):
        (project / path).unlink()
    for parent in tree.parents(path):
        with suppress(FileNotFoundError, NotADirectoryError):
            try:
                (project / parent).rmdir()
            except OSError as error:
                if error.errno in {errno.ENOTEMPTY, errno.EEXIST}:
                    break
                raise


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Say which folder of the project cannot be written."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise
        fix = f"chmod u+w {shlex.quote(os.fspath(folder))}, then run newapi again"
        message = f"{folder} cannot be written: {error.strerror}."
        raise NewapiError(message, fix) from error


def _remove_empty(folder: Path) -> None:
    for inner, _, _ in os.walk(folder, topdown=False):
        Path(inner).rmdir()
