"""Programs at a real pseudo-terminal."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pexpect
import pyte

PATIENCE = 30.0
KEYS = {
    "Enter": "\r",
    "Tab": "\t",
    "Esc": "\x1b",
    "Space": " ",
    "Backspace": "\x7f",
    "Up": "\x1b[A",
    "Down": "\x1b[B",
    "Right": "\x1b[C",
    "Left": "\x1b[D",
    "PageDown": "\x1b[6~",
    "Home": "\x1b[H",
    "End": "\x1b[F",
    "Ctrl-C": "\x03",
    "Ctrl-U": "\x15",
}

SIZES = frozenset({"COLUMNS", "LINES"})  # would stand against the size of the terminal


class Terminal:
    """A user at a terminal, who reads and types."""

    def __init__(
        self, command: Sequence[str], folder: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.seen = ""
        self.child = pexpect.spawn(
            command[0],
            [*command[1:]],
            cwd=str(folder),
            env={**os.environ, "TERM": "xterm", "PYTHONIOENCODING": "utf-8", **(env or {})},
            encoding="utf-8",
            timeout=PATIENCE,
            dimensions=(50, 100),
        )

    def read(self, text: str) -> str:
        """Wait for a text; return everything before it since the last one."""
        self.child.expect(re.escape(text).replace(r"\ \[", r"(?:\x1b\[\d+m)? \["))
        before = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x01|\x02", "", str(self.child.before))
        self.seen += before + text
        return before

    def type(self, prompt: str, text: str = "") -> str:
        """Answer a prompt; return the output before it."""
        before = self.read(prompt)
        self.child.sendline(text)
        return before

    def interrupt(self, prompt: str) -> None:
        """Press Ctrl-C at a prompt, once the program waits for an answer.

        A prompt is on the screen before anybody reads the answer. Whoever shows a letter that is
        typed does read, and waits for the next one as soon as the process sleeps.
        """
        self.read(prompt)
        self.child.send("z")
        self.read("z")
        self._wait_until_idle()
        self.child.sendintr()

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and the rest of the output."""
        self.child.expect(pexpect.EOF)
        rest = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", str(self.child.before))
        self.seen += rest
        self.child.close()
        return self.child.exitstatus or 0, rest

    def close(self) -> None:
        """End whatever still runs."""
        self.child.close(force=True)

    def _wait_until_idle(self) -> None:
        about = Path(f"/proc/{self.child.pid}/stat")
        limit = time.monotonic() + PATIENCE
        while about.exists() and time.monotonic() < limit:
            if about.read_text("utf-8").rpartition(")")[2].split()[0] == "S":
                return
            time.sleep(0.01)
        time.sleep(0.3)


def close_at(
    command: Sequence[str], folder: Path, env: Mapping[str, str], text: str
) -> tuple[int, str]:
    """Close the terminal when it shows a text; return the exit code and standard error."""
    import termios

    reading, terminal = os.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    environment = {**os.environ, "TERM": "xterm", **env}
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=terminal,
        stdout=terminal,
        stderr=subprocess.PIPE,
    ) as running:
        os.close(terminal)
        seen = b""
        while text.encode() not in seen:
            seen += os.read(reading, 10_000)
        os.close(reading)
        errors = running.communicate(timeout=PATIENCE)[1].decode()
        return running.returncode, errors


class Screen:
    """A user at a terminal, who looks at the whole screen and presses keys."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        env: Mapping[str, str] | None = None,
        size: tuple[int, int] = (80, 24),
    ) -> None:
        columns, rows = size
        self.output = ""
        self._escaped_at: int | None = None  # the length of the output then
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        usual = {name: text for name, text in os.environ.items() if name not in SIZES}
        self.child = pexpect.spawn(
            command[0],
            [*command[1:]],
            cwd=str(folder),
            env={**usual, "TERM": "xterm-256color", **(env or {})},
            encoding="utf-8",
            timeout=PATIENCE,
            dimensions=(rows, columns),
        )

    @property
    def lines(self) -> list[str]:
        """The text on the screen, without spaces at the ends of lines."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The text on the screen."""
        return "\n".join(self.lines)

    @property
    def printed(self) -> str:
        """The output so far, without the codes of terminals."""
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.output)

    @property
    def pointed(self) -> str:
        """The line that the pointer is at."""
        return next((line[2:] for line in self.lines if line.startswith("> ")), "")

    def see(self, *texts: str) -> str:
        """Wait until the screen shows these texts and is complete, and return all of it.

        A screen is written in pieces. It is complete when nothing follows for a moment.
        """
        limit = time.monotonic() + PATIENCE
        while not all(text in self.text for text in texts):
            assert time.monotonic() < limit, f"{texts} are not on the screen:\n{self.text}"
            self._read()
        self._read_to_end()
        return self.text

    def point_at(self, text: str) -> None:
        """Wait until the pointer is at the line that begins with a text."""
        limit = time.monotonic() + PATIENCE
        while not self.pointed.startswith(text):
            assert time.monotonic() < limit, f"the pointer is not at {text}:\n{self.text}"
            self._read()

    def press(self, *keys: str) -> None:
        """Press keys by their names, or type text."""
        for key in keys:
            self._wait_for_answer_to_escape()
            if key == "Esc":
                self._read_to_end()
                self._escaped_at = len(self.output)
            self.child.send(KEYS.get(key, key))

    def paste(self, text: str) -> None:
        """Paste as terminals do for programs that ask for it."""
        self._wait_for_answer_to_escape()
        self.child.send(f"\x1b[200~{text}\x1b[201~")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal."""
        self._screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit code, and the output after the screens."""
        limit = time.monotonic() + PATIENCE
        while self._read():
            assert time.monotonic() < limit, f"it goes on:\n{self.text}"
        self.child.close()
        rest = self.output.rpartition("\x1b[?1049l")[2]
        return self.child.exitstatus or 0, re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", rest)

    def close(self) -> None:
        """End whatever still runs."""
        self.child.close(force=True)

    def _wait_for_answer_to_escape(self) -> None:
        """Wait until the screen has changed since Esc: with what follows, it is another key."""
        limit = time.monotonic() + PATIENCE
        while self._escaped_at == len(self.output):
            assert time.monotonic() < limit, f"Esc changes nothing:\n{self.text}"
            self._read()
        self._escaped_at = None

    def _read_to_end(self) -> None:
        """Read until nothing follows for a moment."""
        size = -1
        while size < len(self.output):
            size = len(self.output)
            self._read(timeout=0.03)

    def _read(self, timeout: float = 0.1) -> bool:
        """Read what is written within a time in seconds; return false at the end."""
        try:
            text = self.child.read_nonblocking(100_000, timeout=timeout)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.output += text
        self._stream.feed(text)
        return True
