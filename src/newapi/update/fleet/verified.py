"""The result of `newapi update --verify`, which another job may have written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newapi.errors import Problem, UsageError
from newapi.terminal.text import shorten

_MOST_BYTES = 8 * 1024 * 1024
_MOST_CHECKS = 40
_STATES = {
    "passed": "passes",
    "mended": "passes, and failed before",
    "broken": "**fails, and passed before**",
    "was broken": "fails, as before",
}


@dataclass(frozen=True)
class Verified:
    """The results of the checks of a project after an update to a release."""

    commit: str = ""
    rows: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    is_broken: bool = False

    def is_broken_at(self, commit: str) -> bool:
        """Whether an update to this release breaks a check."""
        return self.is_broken and self.commit == commit

    def paragraphs(self, commit: str) -> Iterator[str]:
        """Yield the result in Markdown, if it is that of an update to the same release."""
        if self.commit != commit:
            return
        if self.rows:
            heading = "The checks of the project, before and after the update:"
            yield "\n".join([heading, "", *(f"- {row}" for row in self.rows)])
        if self.skipped:
            yield "\n".join(["Not checked:", "", *(f"- {reason}" for reason in self.skipped)])


def read(path: str | None) -> Verified:
    """Read the document of `newapi update --verify --json`; an update without checks is empty.

    Raises:
        UsageError: If the file cannot be read, or is no such document.
    """
    if path is None:
        return Verified()
    fix = "newapi update --verify --dry-run --json > FILE"
    try:
        with Path(path).open("rb") as file:
            document = json.loads(file.read(_MOST_BYTES))
        return _understood(document)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
    except (ValueError, TypeError, KeyError, AttributeError):
        message = f"{path} is not the document of an update."
    raise UsageError([Problem(message, fix)])


def _understood(document: Mapping[str, Any]) -> Verified:
    found = document.get("verification") or {}
    checks = [*found.get("checks", ())][:_MOST_CHECKS]
    return Verified(
        commit=str(document["to"]["commit"]),
        rows=tuple(f"`{_line(each['command'])}` {_STATES[each['state']]}" for each in checks),
        skipped=tuple(_line(reason) for reason in found.get("skipped", ())),
        is_broken=any(each["state"] == "broken" for each in checks),
    )


def _line(text: Any) -> str:
    """Return a text that cannot end its line or its quotation."""
    return shorten(" ".join(str(text).replace("`", "'").split()), 200)
