"""The screen of a pseudo-terminal after a run: no frames, colours only where wanted."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyte
import pytest

from tests.cli.conftest import COMMAND, Run, names
from tests.marks import slow_after
from tests.terminals import Terminal

if sys.platform == "win32":
    pytest.skip("pseudo-terminals of POSIX", allow_module_level=True)

STATUS = "Running uv lock"
# A uv that takes its time; the lock file that it writes has two packages besides the project.
UV = f"""\
#!{sys.executable}
import sys, time
if sys.argv[1] == "lock":
    time.sleep(0.8)
    open("uv.lock", "w").write("version = 1\\n" + "\\n[[package]]\\nname = 'a'\\n" * 3)
"""

Start = Callable[..., "Screen"]


class Screen:
    """A run of newapi at a terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.written = ""

    def wait(self, text: str) -> None:
        """Wait until the program writes a text."""
        self.terminal.child.expect_exact(text)
        self.written += str(self.terminal.child.before) + text

    def press(self, keys: str) -> None:
        """Press keys while no question is open."""
        self.terminal.child.send(keys)

    def end(self) -> int:
        """Wait for the end; return the exit code."""
        self.terminal.child.expect_exact(self.terminal.child.delimiter)
        self.written += str(self.terminal.child.before)
        self.terminal.child.close()
        return self.terminal.child.exitstatus or 0

    def lines(self) -> list[str]:
        """Return the lines that a terminal of 100 columns shows at the end."""
        screen = pyte.Screen(100, 200)
        pyte.Stream(screen).feed(self.written)
        return [line.rstrip() for line in screen.display if line.strip()]


@pytest.fixture
def start(here: Path, template: Path) -> Iterator[Start]:
    """Start `newapi create` with the small template, a slow uv, and nothing to ask."""
    programs = here.parent / "bin"
    programs.mkdir()
    (programs / "uv").write_text(UV)
    (programs / "uv").chmod(0o755)
    running: list[Screen] = []

    def run(*words: str, **env: str) -> Screen:
        command = [*COMMAND, "create", "demo", "--template", str(template), *words]
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        running.append(Screen(Terminal(command, here, {"PATH": path, **env})))
        return running[-1]

    yield run
    for screen in running:
        screen.terminal.close()


def test_no_frame_is_left(start: Start) -> None:
    screen = start("-y")

    assert screen.end() == 0
    assert screen.written.count(STATUS) > 3  # it moved
    shown = screen.lines()
    assert not [line for line in shown if STATUS in line]
    assert {"Wrote uv.lock: 2 packages.", "Made a git repository with one commit."} <= {*shown}


def test_keys_that_are_pressed_meanwhile_leave_no_frame(start: Start) -> None:
    screen = start("-y")

    for _ in range(3):
        screen.wait(STATUS)
        screen.press("x\r")

    assert screen.end() == 0
    assert not [line for line in screen.lines() if STATUS in line or line.startswith("x")]


def test_keys_are_shown_again_afterwards(start: Start) -> None:
    screen = start("-y")

    screen.wait(STATUS)
    assert not screen.terminal.child.getecho()
    screen.wait("Wrote uv.lock")
    assert screen.terminal.child.getecho()
    assert screen.end() == 0


def test_interruption_leaves_no_frame(start: Start, here: Path) -> None:
    screen = start("-y")

    screen.wait(STATUS)
    screen.terminal.child.sendintr()

    assert screen.end() == 130
    assert screen.lines()[-1] == "Stopped. Nothing was changed."
    assert not [line for line in screen.lines() if STATUS in line]
    assert names(here) == []


@pytest.mark.parametrize(
    "env", slow_after(1, [{"TERM": "dumb"}, {"CLAUDECODE": "1"}, {"CI": "true"}])
)
def test_nothing_moves_for_programs_and_plain_terminals(start: Start, env: dict[str, str]) -> None:
    screen = start("-y", **env)

    assert screen.end() == 0
    assert "\x1b" not in screen.written
    assert screen.written.count(STATUS) == 1


@pytest.mark.parametrize("env", [{"CLAUDECODE": "1"}, {"CI": "true"}])
def test_nothing_is_asked_of_programs_at_a_terminal(start: Start, env: dict[str, str]) -> None:
    screen = start(**env)

    assert screen.end() == 0
    assert "Not asking" in screen.written


def test_colours_can_be_had_in_ci(start: Start) -> None:
    screen = start("-y", CI="true", FORCE_COLOR="1")

    assert screen.end() == 0
    assert "\x1b[1m" in screen.written
    assert screen.written.count(STATUS) == 1


def test_no_color_is_honoured(start: Start) -> None:
    screen = start("-y", NO_COLOR="1")

    assert screen.end() == 0
    assert "\x1b[3" not in screen.written
    assert "\x1b[1;3" not in screen.written


def test_forced_colours_make_no_frames_in_files(process: Run, template: Path) -> None:
    words = ("create", "demo", "--template", str(template), "-y", "--json")

    result = process(*words, env={"FORCE_COLOR": "1", "PATH": os.environ["PATH"]})

    assert "\r" not in result.err
    assert "\x1b[?25l" not in result.err
