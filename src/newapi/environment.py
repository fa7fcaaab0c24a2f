"""The `.env` of a new project: its example, with secrets of its own."""

import os
import re
import secrets
from pathlib import Path

_PLACEHOLDER = re.compile(r"^((?:export\s+)?[A-Za-z_][A-Za-z0-9_]*=)change-me[ \t]*$", re.MULTILINE)
_BYTES = 48


def write_env(project: Path) -> Path | None:
    """Write `.env` from `.env.example`; None when the project has no example.

    Every value that is exactly `change-me` becomes a secret. Nobody else can read the file at
    any moment, and a file that is already there is an error.
    """
    example = project / ".env.example"
    if not example.is_file():
        return None
    text = _PLACEHOLDER.sub(
        lambda match: match[1] + secrets.token_urlsafe(_BYTES), example.read_text("utf-8")
    )
    target = project / ".env"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(target, flags, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return target
