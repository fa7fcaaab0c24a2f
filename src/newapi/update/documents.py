"""Documents that the owner of a project has replaced as a whole, or added paragraphs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from newapi.project.tree import Entry
from newapi.update import hunks
from newapi.update.hunks import Hunk

_SUFFIXES = frozenset({".md", ".rst", ".txt", ".adoc"})
_KEPT = 0.25  # of the lines of the template: with fewer, the file is another one
_FEWEST_LINES = 5


def is_document(path: str) -> bool:
    """Whether a file is a document for people."""
    return PurePosixPath(path).suffix.lower() in _SUFFIXES


def merge(path: str, sides: Sequence[bytes], pieces: Sequence[bytes | Hunk]) -> bytes | None:
    """Return a document with the paragraphs that one side adds beside those that the other changes.

    None where the conflicts are about the same paragraph, or each side has added a page of its own.
    """
    base, *_ = sides
    if not is_document(path) or not base:
        return None
    return hunks.merge_all(pieces, _merge_paragraphs)


def _merge_paragraphs(hunk: Hunk) -> list[bytes] | None:
    found = hunks.additions(hunk) if hunk.base else [(hunk.ours, hunk.theirs)]
    return next(([*above, *below] for above, below in found if _are_apart(above, below)), None)


def _are_apart(above: Sequence[bytes], below: Sequence[bytes]) -> bool:
    """Whether a blank line or a heading is between two groups of lines."""
    if not above or not below:
        return True
    return not above[-1].strip() or not below[0].strip() or below[0].startswith(b"#")


def is_replaced(path: str, base: Entry, ours: Entry) -> bool:
    """Return whether the owner has replaced most of a document of the template."""
    return is_document(path) and is_another(base, ours)


def is_another(base: Entry, ours: Entry) -> bool:
    """Return whether a file has few lines of the template."""
    lines, own = _lines(base), _lines(ours)
    if lines.total() < _FEWEST_LINES or not own:
        return False
    return (lines & own).total() < _KEPT * lines.total()


def _lines(entry: Entry) -> Counter[bytes]:
    """Return the lines that say something: headings and fences do not, when they stand alone."""
    lines = (line.strip() for line in entry.data.splitlines())
    return Counter(line for line in lines if line.strip(b"`-=|:# "))
