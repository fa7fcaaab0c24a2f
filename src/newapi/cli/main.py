"""The entry point: what happened becomes an exit code, and an error a message."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from newapi import __version__
from newapi.errors import NewapiError, Problem, UsageError
from newapi.terminal import streams

if TYPE_CHECKING:
    from typer.core import TyperGroup

INTERRUPTED = 130
# Commands that print for programs without `--json`: a patch, a JSON Schema.
_FOR_PROGRAMS = frozenset({"diff", "schema"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run newapi and return its exit code; without arguments, run as this whole process.

    A process that is about to end neither collects garbage nor takes itself apart: that was
    0.2 of 0.7 seconds of `create`.
    """
    if arguments is None:
        gc.disable()
    words = sys.argv[1:] if arguments is None else list(arguments)
    streams.prepare()
    code = _run(words)
    streams.flush()
    if arguments is None:
        os._exit(code)
    return code


def _run(words: list[str]) -> int:
    try:
        result = _invoke(words)
    except NewapiError as error:
        _tell(words, error, error.exit_code)
        return error.exit_code
    except KeyboardInterrupt:
        result = INTERRUPTED
    except Exception as error:
        if os.environ.get("NEWAPI_TRACEBACK"):
            raise
        _tell(words, _unexpected(error), 1)
        return 1
    if result == INTERRUPTED:
        _tell(words, NewapiError("Stopped. Nothing was changed.", ""), INTERRUPTED)
    return result


def _invoke(words: list[str]) -> int:
    """Run the command; typer's errors become ours."""
    if words == ["--version"]:  # needs nothing, so nothing is imported
        streams.write(sys.stdout, f"newapi {__version__}\n")
        return 0
    if sorted(words) == ["--json", "--version"]:
        from newapi.terminal.console import Console

        Console(is_json=True).document({"ok": True, "command": "", "version": __version__})
        return 0
    import typer

    command_line = _command_line()
    try:
        result = command_line.main(args=words, prog_name="newapi", standalone_mode=False)
    except typer.TyperException as error:
        is_command = bool(words) and words[0] in command_line.commands
        fix = f"newapi {words[0]} --help" if is_command else "newapi --help"
        raise UsageError([Problem(error.format_message(), fix)]) from error
    except typer.Abort as error:
        raise KeyboardInterrupt from error
    return result if isinstance(result, int) else 0


@cache
def _command_line() -> TyperGroup:
    """Return the commands with their options."""
    from typer.main import get_command

    from newapi.cli.app import app

    return cast("TyperGroup", get_command(app))


def _command(words: list[str]) -> str:
    return words[0] if words and words[0].isalpha() else ""


def _wants_json(words: list[str]) -> bool | None:
    """Return whether the flags ask for JSON, or None if no flag decides."""
    flags = words[: words.index("--")] if "--" in words else words
    said = [word for word in flags if word in {"--json", "--no-json"}]
    if said:
        return said[-1] == "--json"
    return False if _command(words) in _FOR_PROGRAMS else None


def _tell(words: list[str], error: NewapiError, code: int) -> None:
    from newapi.terminal.console import Console

    console = Console(is_json=_wants_json(words))
    with suppress(OSError):  # there may be no terminal any longer
        if code == INTERRUPTED:
            console.note(error.message)
        else:
            console.error(error)
    if console.is_json:
        with suppress(OSError):
            console.document(_document(words, error, code))


def _document(words: list[str], error: NewapiError, code: int) -> dict[str, Any]:
    problems = error.problems if isinstance(error, UsageError) else ()
    return {
        "ok": False,
        "command": _command(words),
        "version": __version__,
        "exit_code": code,
        "message": error.message,
        "hint": error.hint,
        "problems": [{"message": p.message, "fix": p.fix} for p in problems],
    }


def _unexpected(error: Exception) -> NewapiError:
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        fix = "Make sure that the path can be read and written, and that the disk has room"
        return NewapiError(f"The system refused: {error.strerror or error}{where}.", fix)
    return NewapiError(
        f"newapi failed in a way it should not: {type(error).__name__}: {error}",
        "Please report it, with the output of the same command under NEWAPI_TRACEBACK=1.",
    )
