"""Files that the owner of a project has replaced as a whole, such as the README."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath

from newapi.project.tree import Entry

_SUFFIXES = frozenset({".md", ".rst", ".txt", ".adoc"})
_KEPT = 0.25  # of the lines of the template: with fewer, the file is another one
_FEWEST_LINES = 5


def is_document(path: str) -> bool:
    """Whether a file is a document for people."""
    return PurePosixPath(path).suffix.lower() in _SUFFIXES


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
