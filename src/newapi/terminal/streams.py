"""Standard streams that can be missing, closed, or unable to write a character."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


def prepare() -> None:
    """Make sure that there are streams, and that no character can make printing fail."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def flush() -> None:
    """Flush a stream, as far as possible."""
    for stream in (sys.stdout, sys.stderr):
        try:
            write(stream, "")
        except OSError:
            silence(stream)


def write(stream: Any, text: str | bytes) -> None:
    """Write at once; a reader that went away is no error."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        silence(stream)


def write_bytes(stream: Any, content: bytes) -> None:
    """Write bytes as they are."""
    buffer = getattr(stream, "buffer", None)
    if buffer is None:
        write(stream, content.decode(errors="replace"))
        return
    stream.flush()
    write(buffer, content)


def silence(stream: Any) -> None:
    """Discard further output of a stream that is no longer read."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_foreground(terminal: Any) -> bool:
    """Whether this process may draw on a terminal, and is no job in the background of it."""
    try:
        return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except AttributeError:  # Windows
        return True
    except (OSError, ValueError):
        return False


@contextmanager
def without_echo(terminal: Any) -> Iterator[None]:
    """Do not echo keys that are pressed inside the block; the next read receives them.

    An echoed Enter moves the cursor to another line than the one that is drawn anew.
    """
    try:
        import termios
    except ImportError:  # Windows echoes only during a read
        yield
        return
    before = termios.tcgetattr(terminal)
    termios.tcsetattr(
        terminal, termios.TCSANOW, [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    )
    try:
        yield
    finally:
        if is_foreground(terminal):  # from the background it would stop this process
            with suppress(termios.error):  # the terminal may be gone
                termios.tcsetattr(terminal, termios.TCSANOW, before)
