"""Everything that newapi prints goes through here, and everything it asks."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from rich import console as rich
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from newapi.errors import NewapiError, UsageError
from newapi.terminal import automation, streams
from newapi.terminal.text import ascii_command, repaired, shorten, visible

Part = str | tuple[str, str]

MIN_WIDTH, MIN_HEIGHT = 40, 10  # of a terminal that shows screens

_NARROW = 60
_WIDTH_OF_FILES = 200  # nothing is folded that another program may read line by line
_LONGEST_STATUS = 24  # a terminal that becomes narrower folds longer lines, and keeps their ends
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Console:
    """Talks to people, and with `--json` to programs.

    Results go to standard output; notes, warnings, progress and errors to standard error. With
    `--json` only the document goes to standard output. Coding agents get the document without a
    flag (`is_json=None`), and neither they nor CI systems are asked anything.
    """

    def __init__(self, *, is_json: bool | None = None) -> None:
        self.automation = automation.detect(os.environ)
        is_agent = self.automation is not None and self.automation.is_agent
        self.is_json = is_agent if is_json is None else is_json
        is_plain = self.automation is not None
        self._err = _Stream(stderr=True, is_plain=is_plain)
        self._out = self._err if self.is_json else _Stream(stderr=False, is_plain=is_plain)

    @property
    def can_ask(self) -> bool:
        """Whether standard input and output are a terminal that can show questions."""
        is_terminal = all(stream.isatty() for stream in (sys.stdin, sys.stdout))
        return is_terminal and not self.is_json and self.automation is None

    @property
    def can_draw(self) -> bool:
        """Whether the terminal can show screens; elsewhere questions are plain lines.

        Screen readers read lines better, which NEWAPI_PLAIN=1 asks for. On Windows the screens
        are not tested.
        """
        is_plain = os.environ.get("NEWAPI_PLAIN", "0") not in {"", "0"}
        is_dumb = os.environ.get("TERM", "dumb") in {"", "dumb", "unknown"}
        width, height = shutil.get_terminal_size()
        is_tiny = width < MIN_WIDTH or height < MIN_HEIGHT
        return not (is_plain or is_dumb or is_tiny or os.name == "nt")

    def line(self, *parts: Part) -> None:
        """Print one line; a part may have a style."""
        self._out.print(_text(*parts), soft_wrap=True)

    def heading(self, text: str) -> None:
        """Print a line that begins a block."""
        self._out.print()
        self._out.print(_text((text, "bold")), soft_wrap=True)

    def rows(self, rows: Iterable[Sequence[Part]], *, header: Sequence[str] = ()) -> None:
        """Print columns, indented under a heading; one after the other where it is narrow."""
        if self._out.width < _NARROW:
            for row in rows:
                parts = [part for cell in row if _text(cell) for part in ("  ", cell)]
                self.line(*parts)
            return
        table = Table(
            box=None, show_header=bool(header), header_style="dim", pad_edge=False, padding=(0, 2)
        )
        content = list(rows)
        for title in header or [""] * max((len(row) for row in content), default=0):
            table.add_column(title, overflow="fold")
        for row in content:
            table.add_row(*(_text(part) for part in row))
        with self._out.capture() as capture:
            self._out.print(Padding(table, (0, 0, 0, 2), expand=False))
        self._out.out("\n".join(line.rstrip() for line in capture.get().splitlines()))

    def command(self, line: str) -> None:
        """Print a command to type, whatever characters can be shown."""
        try:
            line.encode(self._out.encoding)
        except UnicodeError:
            line = ascii_command(line)
        self.line("  ", (line, "cyan"))

    def document(self, content: Mapping[str, Any]) -> None:
        """Print the one JSON document."""
        if not (text := json.dumps(content, ensure_ascii=False)).isascii():
            content = json.loads(repaired(text))
        streams.write(sys.stdout, json.dumps(content, indent=2) + "\n")

    def raw(self, content: bytes) -> None:
        """Write a result that other programs read, byte for byte."""
        streams.write_bytes(sys.stdout, content)

    def note(self, text: str) -> None:
        """Say something on standard error."""
        self._err.print(_text((text, "dim")), soft_wrap=True)

    def commands(self, heading: str, lines: Sequence[str]) -> None:
        """Print commands to type, each on a line of its own and never wrapped."""
        self.heading(heading)
        for line in lines:
            self.command(line)

    def warn(self, text: str) -> None:
        """Say that something is not as it should be, though the command succeeds."""
        self._err.print(_text(("warning: ", "yellow"), text), soft_wrap=True)

    def error(self, error: NewapiError) -> None:
        """Print an error and its fix."""
        if not isinstance(error, UsageError):
            self._flaw("error: ", error.message, error.hint)
            return
        several = len(error.problems) > 1
        if several:
            self._err.print(_text((f"error: {len(error.problems)} problems", "bold red")))
        for number, problem in enumerate(error.problems, 1):
            self._flaw(f"{number}. " if several else "error: ", problem.message, problem.fix)

    def _flaw(self, label: str, message: str, fix: str) -> None:
        self._err.print(_text((label, "bold red"), message), soft_wrap=True)
        if fix:
            indent = " " * (len(label) if label[0].isdigit() else 2)
            self._err.print(_text(indent, ("fix: ", "green"), fix), soft_wrap=True)

    def ask(self, *parts: Part) -> str:
        """Ask for one line; the line can be edited where the platform knows how to."""
        with self._out.capture() as capture:
            self._out.print(_text(*parts), end=" ", soft_wrap=True)
        prompt = capture.get()
        with suppress(ImportError):
            import readline  # noqa: F401

            prompt = _ANSI.sub(lambda match: f"\001{match[0]}\002", prompt)
        try:
            return input(prompt)
        except (EOFError, KeyboardInterrupt):
            self._out.print()  # the next output begins on a new line
            raise

    @contextmanager
    def status(self, text: str) -> Iterator[None]:
        """Show that something takes its time; one plain line where nothing can move."""
        if self.automation is None and self._err.can_erase:
            with (
                streams.without_echo(self._err.file),
                self._err.status(_text(shorten(text, _LONGEST_STATUS)), spinner="line"),
            ):
                yield
        else:
            self.note(f"{text} ...")
            yield


class _Stream(rich.Console):
    """A rich console that takes text literally and survives a reader that went away.

    A plain one never assumes a terminal, unless FORCE_COLOR says so.
    """

    def __init__(self, *, stderr: bool, is_plain: bool) -> None:
        force_terminal = False if is_plain and not os.environ.get("FORCE_COLOR") else None
        super().__init__(
            stderr=stderr,
            force_terminal=force_terminal,
            markup=False,
            emoji=False,
            highlight=False,
        )
        if not self.is_terminal and "COLUMNS" not in os.environ:
            self.width = _WIDTH_OF_FILES

    @property
    def can_erase(self) -> bool:
        """Whether a line can be drawn anew; FORCE_COLOR alone makes no terminal of a file."""
        is_there = self.file.isatty() and streams.is_foreground(self.file)
        return is_there and self.is_terminal and not self.is_dumb_terminal

    def on_broken_pipe(self) -> None:
        """Continue without output: the command completes although its reader has gone away."""
        self.quiet = True
        streams.silence(self.file)


def _text(*parts: Part) -> Text:
    text = Text()
    for part in parts:
        words, style = (part, "") if isinstance(part, str) else part
        text.append(visible(repaired(words)), style)
    return text
