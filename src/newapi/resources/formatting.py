"""Format rendered files as a generated project formats itself."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from newapi.errors import NewapiError
from newapi.resources.source import WIDTH
from newapi.terminal import programs

_SETTINGS = (
    *("--isolated", "--no-cache", "--quiet", "--no-respect-gitignore"),
    *("--target-version=py311", f"--line-length={WIDTH}", "--config=exclude=[]"),
)
_RULES = (
    *("--select=I,RUF022,F401", "--fix", "--exit-zero"),
    '--config=lint.isort.known-first-party=["app", "tests"]',
)


def tidy(folder: Path) -> None:
    """Sort the imports of every Python file below a folder, drop unused ones, and format.

    Raises:
        NewapiError: ruff is missing, or a file is not Python.
    """
    ruff = find_ruff()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RUFF_")}
    for words in (("check", *_RULES), ("format",)):
        command = [ruff, words[0], *_SETTINGS, *words[1:], "."]
        try:
            programs.run(command, cwd=folder, environment=environment)
        except programs.ProgramError as error:
            message = f"What the generator made cannot be formatted: {error.message}"
            raise NewapiError(message, "Please report it, with the command.") from error


def find_ruff() -> str:
    """Return where the ruff is that was installed with newapi; else any.

    Raises:
        NewapiError: There is none.
    """
    try:
        from ruff import find_ruff_bin

        return str(find_ruff_bin())
    except (ImportError, FileNotFoundError):
        found = shutil.which("ruff")
    if found is None:
        fix = "Reinstall newapi, for example with `uv tool install --reinstall newapi-cli`."
        raise NewapiError("ruff, which formats generated code, is not installed.", fix)
    return found
