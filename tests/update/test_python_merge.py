"""Definitions that both sides added or changed beside each other are merged where that is exact."""

from __future__ import annotations

import pytest

from newapi.update import text_merge
from tests.update.samples import LABELS

OLD = "def old():\n    return 1\n"
NEW = "def old():\n    return 2\n"
ONE = "def old(): return 1\n"
TWO = "def old(): return 2\n"
MINE = "\n\ndef mine():\n    return 'mine'\n"
THEIRS = "\n\ndef theirs():\n    return 'theirs'\n"

MERGED = {
    "behind a changed function": (OLD, OLD + MINE, NEW, NEW + MINE),
    "by the template behind a changed function": (OLD, NEW, OLD + MINE, NEW + MINE),
    "before a changed function": (ONE, f"{MINE}\n\n{ONE}", TWO, f"{MINE}\n\n{TWO}"),
    "at the same place": (OLD, OLD + MINE, OLD + THEIRS, OLD + MINE + THEIRS),
    "a comment": (OLD, f"{OLD}# mine\n", NEW, f"{NEW}# mine\n"),
    "in a module with docstrings of attributes": (
        f'"""M."""\n\nX = 1\n"""One."""\n\n\n{OLD}',
        f'"""M."""\n\nX = 1\n"""One."""\n\n\n{OLD}\n\nY: int = 2\n',
        f'"""M."""\n\nX = 1\n"""One."""\n\n\n{NEW}',
        f'"""M."""\n\nX = 1\n"""One."""\n\n\n{NEW}\n\nY: int = 2\n',
    ),
    "methods": (
        "class C:\n    a = 1\n",
        "class C:\n    a = 1\n\n    def f(self):\n        pass\n",
        "class C:\n    a = 1\n\n    def g(self):\n        pass\n",
        "class C:\n    a = 1\n\n    def f(self):\n        pass\n\n    def g(self):\n        pass\n",
    ),
}


def merged(base: str, ours: str, theirs: str) -> text_merge.Text:
    sides = [text.encode() for text in (base, ours, theirs)]
    return text_merge.merge(sides, LABELS, "inline", "a.py")


@pytest.mark.parametrize("name", MERGED)
def test_definitions_beside_each_other_are_kept(name: str) -> None:
    *sides, expected = MERGED[name]

    result = merged(*sides)

    assert (result.data.decode(), result.conflicts) == (expected, 0)
    assert result.is_united


CONFLICTS = {
    "assignments": ("a = 1\n", "a = 1\nb = 1\n", "a = 1\nc = 1\n"),
    "one function": (OLD, OLD.replace("1", "3") + MINE, NEW),
    "the same name": (OLD, OLD + MINE, OLD + MINE.replace("'mine'", "'other'")),
    "lines of a function": (
        "def f():\n    a()\n",
        "def f():\n    a()\n    b()\n",
        "def f():\n    c()\n",
    ),
    "calls": ("a()\n", "a()\nmine()\n", "a()\ntheirs()\n"),
    "bases of a class": (
        "class C:\n    a = 1\n",
        "class C(Mine):\n    a = 1\n",
        "class C(Theirs):\n    a = 1\n",
    ),
    "what cannot be parsed": ("def f(:\n", "def f(:\nx = 1\n", "def g(:\n"),
}


@pytest.mark.parametrize("name", CONFLICTS)
def test_what_is_not_exact_stays_a_conflict(name: str) -> None:
    assert merged(*CONFLICTS[name]).conflicts >= 1
