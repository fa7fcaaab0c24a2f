"""A newapi that kills itself at its n-th change of the file system."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newapi.project.git import Repository
    from newapi.update.journal import Desk, Journal

CHANGES = ("replace", "rename", "unlink", "remove", "rmdir", "mkdir", "symlink", "fsync", "chmod")


def arm(number: int) -> None:
    """Count what changes something, from now on; die before the n-th, or after it for odd ones."""
    counted = 0

    def watched(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal counted
            counted += 1
            if counted == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*arguments, **options)

        return call

    for name in CHANGES:
        setattr(os, name, watched(getattr(os, name)))
    subprocess.run = watched(subprocess.run)


def run(number: int, words: list[str]) -> int:
    """Run newapi, and be killed only while an update is carried out, finished or taken back."""
    from newapi.cli import main
    from newapi.update import transaction

    if words[1:2] in (["--abort"], ["--continue"]):
        arm(number)
    else:
        original = transaction.apply

        def apply(repository: Repository, desk: Desk, change: transaction.Change) -> Journal:
            arm(number)
            return original(repository, desk, change)

        transaction.apply = apply
    return main.main(words)


def fork(number: int, words: list[str]) -> int:
    """Run newapi in a copy of this process; return its exit code, negative for a signal."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(run(number, words))
        finally:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    from newapi.releases import store
    from newapi.template import sources

    store.FOLDER = Path(os.environ["NEWAPI_TEST_RELEASES"])
    sources.checkout = lambda: None
    sys.exit(run(0, sys.argv[1:]))
