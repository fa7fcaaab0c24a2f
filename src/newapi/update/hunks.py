"""The conflicts of a merged text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

Lines: TypeAlias = Sequence[bytes]


class Hunk(NamedTuple):
    """The lines of a conflict on each side."""

    base: Lines
    ours: Lines
    theirs: Lines


def merge_all(
    pieces: Sequence[bytes | Hunk], merge: Callable[[Hunk], Lines | None]
) -> bytes | None:
    """Return a text in which each conflict is merged; None if one of them is not."""
    done: list[bytes] = []
    for piece in pieces:
        lines = merge(piece) if isinstance(piece, Hunk) else [piece]
        if lines is None:
            return None
        done += lines
    return b"".join(done)


def additions(hunk: Hunk) -> Iterator[tuple[Lines, Lines]]:
    """Yield the lines above and below, where one side only adds lines to those of the base.

    These lines are the added ones, and those that the other side has in place of the base.
    """
    base, ours, theirs = (list(lines) for lines in hunk)
    for changed, grown in ((theirs, ours), (ours, theirs)):
        added = len(grown) - len(base)
        if added > 0 and grown[: len(base)] == base:
            yield changed, grown[len(base) :]
        if added > 0 and grown[added:] == base:
            yield grown[:added], changed
