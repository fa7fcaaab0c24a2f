"""A newapi that kills itself at its n-th change of the file system: `child.py N WORD...`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newapi.git import Repository
    from newapi.journal import Desk

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


def main() -> int:
    """Use the releases of the tests, and be killed only while an update is carried out."""
    from newapi import cli, sources, transaction
    from newapi.releases import store

    store.FOLDER = Path(os.environ["NEWAPI_TEST_RELEASES"])
    sources.checkout = lambda: None
    number, *words = sys.argv[1:]
    if words[1:2] in (["--abort"], ["--continue"]):
        arm(int(number))
    else:
        original = transaction.apply

        def apply(repository: Repository, desk: Desk, change: transaction.Change) -> None:
            arm(int(number))
            original(repository, desk, change)

        transaction.apply = apply
    return cli.main(words)


if __name__ == "__main__":
    sys.exit(main())
