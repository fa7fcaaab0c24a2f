"""Programs at a real pseudo-terminal."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pexpect

PATIENCE = 30.0


class Terminal:
    """Somebody at a terminal who reads, types and sees what is left."""

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
        """Answer a prompt; return what was printed before it."""
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
            if about.read_text().rpartition(")")[2].split()[0] == "S":
                return
            time.sleep(0.01)
        time.sleep(0.3)
