"""Find renamed files: declared by the template, or with similar contents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

from newapi.project.tree import Entry, Tree

_SIMILAR = 0.6
_FEWEST_LINES = 5


def declared(
    renames: Mapping[str, str], base: Tree, theirs: Tree, ignored: Collection[str] = ()
) -> dict[str, str]:
    """Return those of the template's declared renames that lead from `base` to `theirs`.

    Where two files became one, the rename that is declared first counts.
    """
    found: dict[str, str] = {}
    for old, new in renames.items():
        is_move = old in base and old not in theirs and new in theirs and new not in base
        if is_move and new not in found.values() and not {old, new} & {*ignored}:
            found[old] = new
    return found


def find(old: Tree, new: Tree, wanted: Collection[str]) -> dict[str, str]:
    """Return the new paths of files in `wanted` that `old` has and `new` has not.

    A file has moved when another one holds the same, or at least 60 % and five of its lines.
    Where several are equally near, the same folder decides, then the same name; where that does
    not decide either, nothing is assumed.
    """
    gone = [path for path in sorted(wanted) if path in old and path not in new]
    come = [path for path in sorted(new) if path not in old]
    found: list[tuple[tuple[float, int, int], str, str]] = []
    lines = {path: _lines(new[path]) for path in come} if gone else {}
    for path in gone:
        own = _lines(old[path])
        found += [
            ((score, *_nearness(path, other)), path, other)
            for other in come
            if (score := _similarity(old[path], new[other], own, lines[other]))
        ]
    return _pairs(found)


def _pairs(found: list[tuple[tuple[float, int, int], str, str]]) -> dict[str, str]:
    """Take the best pairs first; a tie for either file is no pair at all."""
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for score in sorted({score for score, _, _ in found}, reverse=True):
        level = [
            (path, other)
            for its, path, other in found
            if its == score and path not in pairs and other not in taken
        ]
        paths, others = (Counter(side) for side in zip(*level, strict=True)) if level else ({}, {})
        pairs |= {p: o for p, o in level if paths[p] == 1 and others[o] == 1}
        taken |= {other for _, other in level}
        found = [row for row in found if row[1] not in paths]
    return pairs


def _lines(entry: Entry) -> Counter[bytes]:
    return Counter(line.rstrip() for line in entry.data.splitlines() if line.strip())


def _similarity(old: Entry, new: Entry, lines: Counter[bytes], others: Counter[bytes]) -> float:
    if not old.data or old.kind != new.kind:
        return 0
    if old.data == new.data:
        return 2
    total, other_total = lines.total(), others.total()
    if not (old.is_text and new.is_text) or min(total, other_total) < _FEWEST_LINES:
        return 0
    if 2 * min(total, other_total) < _SIMILAR * (total + other_total):
        return 0
    common = (lines & others).total()
    score = 2 * common / (total + other_total)
    return score if score >= _SIMILAR and common >= _FEWEST_LINES else 0


def _nearness(path: str, other: str) -> tuple[int, int]:
    one, two = PurePosixPath(path), PurePosixPath(other)
    return int(one.parent == two.parent), int(one.name == two.name)
