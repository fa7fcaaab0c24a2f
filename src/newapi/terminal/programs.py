"""Run another program: without a terminal, without a shell, and with its errors explained."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from newapi.errors import NewapiError
from newapi.terminal.text import visible

# Settings for git as a whole. Any other variable named GIT_* points at one repository
# (GIT_DIR, GIT_INDEX_FILE) or runs something (GIT_TEMPLATE_DIR, GIT_CONFIG_COUNT).
_GIT_KEPT = re.compile(
    r"GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)|(AUTHOR|COMMITTER)_(NAME|EMAIL)"
    r"|SSH|SSH_COMMAND|SSH_VARIANT|SSL_\w+|ASKPASS|EXEC_PATH)"
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_MOST_LINES = 24

# Nothing of the user's is run, nothing is tidied up meanwhile, paths and bytes come as they are.
_GIT_SETTINGS = (
    f"core.hooksPath={os.devnull}",
    "core.safecrlf=false",
    "core.fsmonitor=false",
    "core.quotePath=false",
    "gc.auto=0",
    "maintenance.auto=false",
)


class ProgramError(NewapiError):
    """Another program is missing or failed; `output` is all that it said about it."""

    def __init__(self, message: str, hint: str, output: str = "") -> None:
        super().__init__(message, hint)
        self.output = output or message


def run(  # noqa: PLR0913 - as many as subprocess.run has
    command: list[str],
    *,
    cwd: Path | None,
    environment: Mapping[str, str],
    timeout: float | None = None,
    stdin: bytes = b"",
    accepted: Collection[int] = (0,),
) -> tuple[int, bytes]:
    """Run a program; return its exit code, one of those that are accepted, and its output."""
    name = Path(command[0]).stem
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            input=stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        fix = f"Run `{name} --version` to see whether it answers"
        raise ProgramError(f"{name} did not answer within {timeout:.0f} seconds.", fix) from error
    except OSError as error:
        raise _not_run(name, error) from error
    if done.returncode not in accepted:
        said = done.stderr.decode(errors="replace")
        message = _reason(said) or f"{name} failed with exit code {done.returncode}."
        raise ProgramError(
            message, f"Mend what {name} says, then run newapi again", output=_whole(said)
        )
    return done.returncode, done.stdout


def run_bounded(
    command: list[str], *, cwd: Path, environment: Mapping[str, str], limit: float
) -> tuple[int | None, str]:
    """Run a program for at most so many seconds; return its exit code and all that it said.

    The code is None when the time was over. The program and everything that it started are ended
    then, and when this one is interrupted.
    """
    with tempfile.TemporaryFile() as output:
        try:
            running = subprocess.Popen(
                command,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise _not_run(Path(command[0]).stem, error) from error
        try:
            code: int | None = running.wait(limit)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            _end(running)
        output.seek(0)
        said = output.read().decode(errors="replace")
    lines = (visible(_COLOUR.sub("", line).rstrip()) for line in said.splitlines())
    return code, "\n".join(lines)


def _end(running: subprocess.Popen[bytes]) -> None:
    """End a program with all that it has started, where it still runs."""
    if running.poll() is not None:
        return
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
    else:
        running.kill()
    running.wait()


def attend(command: list[str], *, cwd: Path, environment: Mapping[str, str]) -> int:
    """Run a program at the user's terminal; return its exit code.

    Ctrl-C reaches the program too: it is waited for, so that it can end in its own way.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed meanwhile.
    """
    try:
        running = subprocess.Popen(command, cwd=cwd, env=environment)
    except OSError as error:
        raise _not_run(Path(command[0]).stem, error) from error
    try:
        return running.wait()
    except KeyboardInterrupt:
        while running.returncode is None:
            with suppress(KeyboardInterrupt):
                running.wait()
        raise


def _not_run(name: str, error: OSError) -> ProgramError:
    message = f"{name} cannot be run: {error.strerror}."
    return ProgramError(message, f"Install {name} anew; `newapi doctor` says what is found")


def git_program() -> str:
    """Return where git is."""
    program = shutil.which("git")
    if program is None:
        raise ProgramError("git is not installed.", "Install git: https://git-scm.com/downloads")
    return program


def git_options(*settings: str) -> tuple[str, ...]:
    """Return options that make git use these settings, and those that always hold."""
    return tuple(word for setting in (*_GIT_SETTINGS, *settings) for word in ("-c", setting))


def git_environment() -> dict[str, str]:
    """Return the environment without what would send git elsewhere."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("GIT_") or _GIT_KEPT.fullmatch(key)
    }
    return kept | {"GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh", "GIT_TERMINAL_PROMPT": "0"}


def _reason(said: str) -> str:
    """Return the line of an error output that says what happened, fit for a terminal."""
    lines = [line.strip() for line in said.splitlines()]
    lines = [line for line in lines if line and not line.startswith("hint:")]
    telling = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines[-1:]
    return visible(telling[0].split(":", 1)[-1].strip())[:300] if telling else ""


def _whole(said: str) -> str:
    """Return an error output fit for a terminal; of a long one, the beginning and the end."""
    lines = [visible(_COLOUR.sub("", line).rstrip()) for line in said.strip().splitlines()]
    lines = [line for line in lines if line]
    left_out = len(lines) - _MOST_LINES
    if left_out > 1:
        half = _MOST_LINES // 2
        lines[half:-half] = [f"... ({left_out} lines)"]
    return "\n".join(lines)
