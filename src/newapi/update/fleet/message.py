"""The message of a commit with an update, which is also the text of its pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from newapi import __version__

if TYPE_CHECKING:
    from newapi.update.execution import Document
    from newapi.update.fleet.verified import Verified

TRAILER = "Newapi-Update: "
_MOST = 40  # rows of a list


def write(
    document: Document, verified: Verified, left_out: Sequence[str] = (), patch: str = ""
) -> str:
    """Return the title, a text for reviewers in Markdown, and the trailer."""
    to = document["to"]["commit"]
    paragraphs = [
        document["message"],
        f"newapi {__version__} merged the template, from {document['from']['commit']} to {to}.",
        *_list(
            "Conflicts are marked in these files. Resolve them on this branch:", _marked(document)
        ),
        *_list("Merged without a conflict, but it no longer fits together:", _found(document)),
        *verified.paragraphs(to),
        *_list("Please look at:", document["warnings"]),
        *_list("After the merge, `uv run alembic upgrade head` runs:", document["migrations"]),
        *_left_out(left_out, patch),
        *(f"About {note['release']}\n\n{note['text']}" for note in document["notes"]),
        f"{TRAILER}{to}",
    ]
    return "\n\n".join(paragraphs) + "\n"


def _marked(document: Document) -> list[str]:
    return [
        f"`{each['path']}`"
        + (f" (the template's side: `{each['beside']}`)" if each["beside"] else "")
        for each in document["outcomes"]
        if each["action"] == "conflict"
    ]


def _found(document: Document) -> list[str]:
    return [f"`{each['path']}`{_line(each)}: {each['message']}" for each in document["findings"]]


def _line(finding: Any) -> str:
    return f" line {finding['line']}" if finding["line"] else ""


def _list(heading: str, rows: Sequence[str]) -> Iterator[str]:
    if not rows:
        return
    shown = [f"- {row}" for row in rows[:_MOST]]
    if len(rows) > _MOST:
        shown.append(f"- and {len(rows) - _MOST} more")
    yield "\n".join([heading, "", *shown])


def _left_out(paths: Sequence[str], patch: str) -> Iterator[str]:
    if not paths:
        return
    yield from _list("Not in this branch. Apply this patch to it, with `git apply`:",
                     [f"`{path}`" for path in paths])  # fmt: skip
    longest = max(map(len, re.findall("`+", patch)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}diff\n{patch.rstrip()}\n{fence}"
