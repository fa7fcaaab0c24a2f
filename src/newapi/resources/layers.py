"""A line of a list in `pyproject.toml`, put before another one that is known to be there."""

from __future__ import annotations

import io


def add(text: str, line: str, before: str) -> str | None:
    """Return the text with a line; None when the one to put it before is not there."""
    lines = list(io.StringIO(text, newline=""))
    if any(_is(found, line) for found in lines):
        return text
    for number, found in enumerate(lines):
        if _is(found, before):
            indent = found[: len(found) - len(found.lstrip())]
            ending = found[len(found.rstrip("\r\n")) :] or "\n"
            lines.insert(number, f"{indent}{line},{ending}")
            return "".join(lines)
    return None


def drop(text: str, line: str) -> str | None:
    """Return the text without a line; None when it is not there."""
    lines = list(io.StringIO(text, newline=""))
    kept = [found for found in lines if not _is(found, line)]
    return "".join(kept) if len(kept) < len(lines) else None


def _is(found: str, line: str) -> bool:
    return found.strip().rstrip(",") == line
