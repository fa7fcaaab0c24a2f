"""Small things to merge."""

from __future__ import annotations

from newapi.update.merge import Merged, Outcome, Rules
from newapi.update.text_merge import Labels

LABELS = Labels("your project", "template v1", "template v2")
RULES = Rules(LABELS)


def lines(*changes: tuple[int, str], size: int = 12) -> bytes:
    """Return numbered lines, some of them replaced."""
    words = {number: f"line {number}" for number in range(size)} | dict(changes)
    return "".join(f"{words[number]}\n" for number in sorted(words)).encode()


def one(merged: Merged) -> Outcome:
    """Return the only outcome."""
    (outcome,) = merged.outcomes
    return outcome
