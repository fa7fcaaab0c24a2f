"""The `.env` of a project: its example, with secrets of its own."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

ENV, EXAMPLE = ".env", ".env.example"
_PLACEHOLDER = re.compile(r"^((?:export\s+)?[A-Za-z_][A-Za-z0-9_]*=)change-me[ \t]*$", re.MULTILINE)
_VARIABLE = re.compile(r"^\s*(export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)", re.MULTILINE)
_BYTES = 48


def write_env(project: Path) -> Path | None:
    """Write `.env` from `.env.example`; None when the project has no example.

    Every value that is exactly `change-me` becomes a secret. Nobody else can read the file at
    any moment, and a file that is already there is an error.
    """
    example = project / ".env.example"
    if not example.is_file():
        return None
    text = _PLACEHOLDER.sub(_with_secret, example.read_text("utf-8"))
    target = project / ".env"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(target, flags, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return target


def missing(
    env: bytes, example: bytes, renamed: Mapping[str, str] = MappingProxyType({})
) -> tuple[bytes, list[str]]:
    """Return an `.env` with the variables that only its example has, and their names.

    What is there is never changed; each new one brings the comment above it along, with the line
    ends of the file. A variable that the template has renamed keeps its value under the new name: a
    limit stays as strict.
    """
    newline = "\r\n" if b"\r\n" in env else "\n"
    present = env.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    known = {m[2]: m[3] for m in _VARIABLE.finditer(present)}
    values = {renamed[old]: known[old] for old in known.keys() & renamed.keys()}
    blocks, names = list[str](), list[str]()
    comment: list[str] = []
    for line in example.decode(errors="replace").splitlines():
        match = _VARIABLE.match(line)
        if match and match[2] not in {*known, *names}:
            value = values.get(match[2], match[3])
            blocks.append("\n".join([*comment, line[: match.start(3)] + value]) + "\n")
            names.append(match[2])
        comment = [*comment, line] if line.startswith("#") else []
    if not names:
        return env, []
    gap = "" if env.endswith(b"\n") or not env else "\n"
    text = gap + _PLACEHOLDER.sub(_with_secret, "".join(f"\n{block}" for block in blocks))
    return env + text.replace("\n", newline).encode(), names


def _with_secret(match: re.Match[str]) -> str:
    return match[1] + secrets.token_urlsafe(_BYTES)
