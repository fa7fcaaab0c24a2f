"""Offer to run the next commands after a change. The change is complete even if they fail."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from newapi.errors import UsageError
from newapi.terminal import programs

if TYPE_CHECKING:
    from newapi.terminal.console import Console

LOCK = "uv lock"
MIGRATE = "uv run alembic upgrade head"
TEST = "uv run pytest"

_ADVICE = {
    LOCK: "Mend pyproject.toml where it says so, or try again when the network is there.",
    MIGRATE: "See that DATABASE_URL in .env is right and the database answers.",
    TEST: "Mend what it names; newapi update --abort still takes the change back.",
}
# What would make uv work on another project than the one that was updated.
_ELSEWHERE = frozenset({"UV_PROJECT", "UV_WORKING_DIR", "VIRTUAL_ENV"})


def make(console: Console, project: Path, commands: Sequence[str]) -> None:
    """Ask whether to run these commands in the project, and run them until one fails."""
    program = shutil.which("uv")
    if not commands or program is None:
        return
    from newapi.questions import prompts

    console.line()
    try:
        if prompts.ask_yes(console, f"Run now: {', '.join(commands)}?", default=False):
            _run(console, project, program, commands)
    except UsageError:  # the input ended
        return
    except KeyboardInterrupt:
        console.note("Stopped. The change itself is complete.")


def _run(console: Console, project: Path, program: str, commands: Sequence[str]) -> None:
    environment = {name: text for name, text in os.environ.items() if name not in _ELSEWHERE}
    for number, command in enumerate(commands):
        console.heading(f"$ {command}")
        words = [program, *shlex.split(command)[1:]]
        try:
            code = programs.attend(words, cwd=project, environment=environment)
        except programs.ProgramError as error:
            console.warn(f"{error.message} The change itself is complete.")
            return
        if code != 0:
            console.warn(f"`{command}` ended with exit code {code}. The change itself is complete.")
            console.note(_ADVICE[command])
            console.note(f"Then: {' && '.join(commands[number:])}")
            return
    console.line()
    console.line(("All of it went well.", "green"), " Look at the change, then commit it.")
    if {LOCK, MIGRATE} & {*commands}:
        console.note("newapi update --abort takes files back, but not uv.lock or the database.")
