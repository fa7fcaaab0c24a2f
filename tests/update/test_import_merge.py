"""Imports that both sides changed are merged by their names; what is not clear stays a conflict."""

from __future__ import annotations

import pytest

from newapi.update import text_merge
from tests.update.samples import LABELS

CODE = "\n\ndef f():\n    return Kept, used\n"
LONG = "long" * 15
MERGED = {
    "a name": (
        "from a import b, d\n",
        "from a import b, c, d\n",
        "from a import b, d, e\n",
        "from a import b, c, d, e\n",
    ),
    "kinds of names": (
        "from a import B\n",
        "from a import B, c, MINE\n",
        "from a import D\n",
        "from a import MINE, D, c\n",
    ),
    "a name that the rest uses": (
        "from a import Kept, gone\n",
        "from a import Kept, gone, mine\n",
        "from a import other\n",
        "from a import Kept, mine, other\n",
    ),
    "an alias": (
        "from a import b\n",
        "from a import b, c as mine\n",
        "from a import d as b\n",
        "from a import c as mine, d as b\n",
    ),
    "a list over several lines": (
        "from a import first, second\n",
        "from a import first, mine, second\n",
        f"from a import (\n    first,\n    {LONG},\n    second,\n)\n",
        f"from a import (\n    first,\n    {LONG},\n    mine,\n    second,\n)\n",
    ),
    "a module": (
        "from a import b\nfrom x import y\n",
        "from a import b, c\nfrom mine import m\nfrom x import y\n",
        "from a import b, d\nfrom x import y, z\n",
        "from a import b, c, d\nfrom mine import m\nfrom x import y, z\n",
    ),
    "whole modules": (
        "import a\nfrom x import y\n",
        "import a\nimport mine.part\nfrom x import y, z\n",
        "import b\nfrom x import w, y\n",
        "import mine.part\nimport b\nfrom x import w, y, z\n",
    ),
}


def merge(base: str, ours: str, theirs: str) -> text_merge.Text:
    sides = [f"{text}{CODE}".encode() for text in (base, ours, theirs)]
    return text_merge.merge(sides, LABELS, "inline", "a.py")


@pytest.mark.parametrize("name", MERGED)
def test_names_of_both_sides_are_imported(name: str) -> None:
    *sides, expected = MERGED[name]

    result = merge(*sides)

    assert (result.data.decode(), result.conflicts) == (expected + CODE, 0)
    assert result.is_united


def test_indented_imports_are_merged() -> None:
    sides = ["if X:\n    from a import b\n", "if X:\n    from a import b, c\n",
             "if X:\n    from a import b, d\n"]  # fmt: skip

    assert merge(*sides).data.decode() == f"if X:\n    from a import b, c, d\n{CODE}"


CONFLICTS = {
    "one name from two modules": (
        "from a import b\n",
        "from mine import b\n",
        "from a import b, c\n",
    ),
    "a comment": ("from a import b\n", "from a import b, c  # mine\n", "from a import b, d\n"),
    "a comment of the template": (
        "from a import b\n",
        "from a import b, c\n",
        "from a import b, d  # why\n",
    ),
    "a star": ("from a import b\n", "from a import *\n", "from a import c\n"),
    "other code": ("from a import b\n", "from a import c\nmine()\n", "from a import d\n"),
    "a part of a list": (
        "from a import (\n    b,\n    c,\n)\n",
        "from a import (\n    b as mine,\n    c,\n)\n",
        "from a import (\n    b as theirs,\n    c,\n)\n",
    ),
}


@pytest.mark.parametrize("name", CONFLICTS)
def test_imports_that_are_not_clear_stay_a_conflict(name: str) -> None:
    assert merge(*CONFLICTS[name]).conflicts == 1
