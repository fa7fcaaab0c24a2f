"""Put a project in its place: checked, staged beside the target, moved there in one step."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from newapi.errors import NewapiError, Problem, UsageError
from newapi.terminal import external_tools, interrupts
from newapi.terminal.text import shorten

_ABANDONED = 3600.0  # seconds after which a staging folder counts as abandoned
_REASONS = {
    errno.ENOSPC: ("There is not enough space for the project.", "Free some space."),
    errno.EDQUOT: ("There is not enough space for the project.", "Free some space."),
    errno.EFBIG: ("A file is larger than the system allows.", "Raise the limit (ulimit -f)."),
    errno.EMFILE: ("Too many files are open.", "Raise the limit (ulimit -n)."),
    errno.ENAMETOOLONG: ("The path is too long.", "Choose a shorter name or folder."),
    errno.EACCES: ("The folder cannot be written.", "Choose another, or change its permissions."),
    errno.EPERM: ("The folder cannot be written.", "Choose another, or change its permissions."),
    errno.EROFS: ("The file system is read-only.", "Choose another folder."),
    errno.EBUSY: ("The target is a mount point.", "Create the project in a folder inside it."),
}


class Staging:
    """A folder beside the target in which the project is made ready."""

    def __init__(self, target: Path, folder: Path, stack: ExitStack, *, force: bool) -> None:
        self.target = target
        self.path = folder / target.name
        self._stack = stack
        self._force = force

    @property
    def is_addition(self) -> bool:
        """Whether the project is added to a folder that has files of its own (`force`)."""
        return self._force and _is_filled(self.target)

    def preview(self) -> tuple[Path, ...]:
        """Return the files that `publish` would keep; raises the errors that it would raise."""
        if self.is_addition:
            return _plan(self.path, self.target)[1]
        return ()

    def publish(self) -> tuple[Path, ...]:
        """Move the project to its target; return the existing files that are kept (`force`).

        From here on it is done or not, so a signal no longer interrupts.

        Raises:
            UsageError: The target has come into being meanwhile, or cannot be added to.
        """
        self._stack.enter_context(interrupts.ignored())
        if self.is_addition:
            return _merge(self.path, self.target)
        if os.name == "nt" and self.target.is_dir():
            self.target.rmdir()
        try:
            self.path.rename(self.target)
        except OSError as error:
            if error.errno in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}:
                raise UsageError([_exists(self.target)]) from error
            raise
        return ()


@contextmanager
def stage(target: Path, *, force: bool = False) -> Iterator[Staging]:
    """Give a folder beside the target; whatever ends the context, only a project stays.

    Until `publish` nothing exists but a hidden sibling and parents that were missing; both are
    removed again on any error, Ctrl-C, SIGTERM and SIGHUP. A sibling that a killed run left
    behind is removed by a later run for the same target.

    Raises:
        UsageError: The target is not acceptable.
        NewapiError: The file system refused (space, permissions, path length).
    """
    if found := problems(target, force=force):
        raise UsageError(found)
    target = _located(target)
    folder = target.parent / f"{_prefix(target)}{secrets.token_hex(4)}"
    missing = [parent for parent in target.parents if not parent.exists()]
    with interrupts.as_keyboard_interrupt(), ExitStack() as stack:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _sweep(target)
            folder.mkdir(mode=0o700)
            staging = Staging(target, folder, stack, force=force)
            staging.path.mkdir()
            yield staging
        except OSError as error:
            raise _explained(target, error) from error
        finally:
            with interrupts.ignored():
                shutil.rmtree(folder, ignore_errors=True)
                for parent in missing:
                    with suppress(OSError):
                        parent.rmdir()


def problems(target: Path, *, force: bool = False) -> list[Problem]:
    """Return the problems of a target, without changing anything.

    Raises:
        NewapiError: The file system does not even let it be looked at.
    """
    try:
        return list(_problems(target, force=force))
    except (FileNotFoundError, NotADirectoryError):
        fix = "Choose a folder inside an existing one."
        return [Problem(f"{target}: a part of the path is not a folder.", fix)]
    except OSError as error:
        raise _explained(target, error) from error


def _problems(target: Path, *, force: bool) -> Iterator[Problem]:
    if target.name in {"", ".."}:
        yield Problem(f"{target} does not end in a name.", "Name the folder to create.")
        return
    target = _located(target)
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        yield Problem(f"{target} is a symbolic link.", "Choose another name, or remove the link.")
    elif not stat.S_ISDIR(mode):
        yield Problem(f"{target} exists and is not a folder.", "Choose another name.")
    elif force:
        yield from _problems_of_force(target)
    elif _is_filled(target):
        yield _exists(target)


def _problems_of_force(target: Path) -> Iterator[Problem]:
    """Say why a folder with files in it must not become a project, even with --force."""
    home = Path.home().resolve()
    if target in (home, *home.parents):
        yield Problem(f"--force is not for {target}.", "Choose a folder of its own.")
    elif external_tools.has_commits(target):
        yield Problem(
            f"{target} is a git repository with history.",
            "Create the project beside it, and copy over what you want.",
        )


def _located(target: Path) -> Path:
    """Resolve the folder that a target is in, but never the target itself."""
    return target.parent.resolve() / target.name


def _prefix(target: Path) -> str:
    return f".{target.name}.newapi-"


def _exists(target: Path) -> Problem:
    return Problem(
        f"{target} exists already and is not empty.",
        "Choose another name, or add to it with --force (nothing there is overwritten).",
    )


def _is_filled(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _sweep(target: Path) -> None:
    """Remove what killed runs left behind."""
    for folder in target.parent.iterdir():
        if folder.name.startswith(_prefix(target)):
            with suppress(OSError):
                if time.time() - folder.lstat().st_mtime > _ABANDONED:
                    shutil.rmtree(folder)


def _explained(target: Path, error: OSError) -> NewapiError:
    reason = error.strerror or type(error).__name__
    message, hint = _REASONS.get(error.errno or 0, (f"{reason}.", ""))
    return NewapiError(f"{shorten(str(target), 200)} cannot be created: {message}", hint)


def _merge(staged: Path, target: Path) -> tuple[Path, ...]:
    """Add files to a folder, and leave whatever is there as it is."""
    if os.path.lexists(target / ".git"):
        shutil.rmtree(staged / ".git", ignore_errors=True)
    added, kept = _plan(staged, target)
    created: list[Path] = []
    try:
        for path in added:
            created.append(target / path)
            if (staged / path).is_dir():
                (target / path).mkdir()
            else:
                _copy_new(staged / path, target / path)
    except BaseException as error:
        if isinstance(error, FileExistsError):
            created.pop()
        for path in reversed(created):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise
    return kept


def _plan(staged: Path, target: Path) -> tuple[list[Path], tuple[Path, ...]]:
    """Return the paths to add and those to keep; refuse when something is in the way."""
    added, kept, blocked = _compare(staged, target)
    if blocked:
        fix = "Move it away, or choose another folder."
        raise UsageError(
            [Problem(f"{path} is in the way of the project.", fix) for path in blocked]
        )
    return added, kept


def _compare(staged: Path, target: Path) -> tuple[list[Path], tuple[Path, ...], list[Path]]:
    """Sort the staged paths: to be added (folders first), kept as they are, in the way."""
    added: list[Path] = []
    kept: list[Path] = []
    blocked: list[Path] = []
    for path in sorted(path.relative_to(staged) for path in staged.rglob("*")):
        there = target / path
        is_folder = there.is_dir() and not there.is_symlink()
        if blocked and blocked[-1] in there.parents:
            continue
        if not os.path.lexists(there):
            added.append(path)
        elif is_folder != (staged / path).is_dir():
            blocked.append(there)
        elif not is_folder:
            kept.append(path)
    return added, tuple(kept), blocked


def _copy_new(source: Path, destination: Path) -> None:
    """Copy a file to where nothing is, with its permissions from the first byte."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(destination, flags, stat.S_IMODE(source.stat().st_mode))
    with os.fdopen(descriptor, "wb") as file:
        file.write(source.read_bytes())
