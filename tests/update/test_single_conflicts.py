"""Each conflict of a file is settled by itself; one that stays leaves the others settled."""

from __future__ import annotations

import re

import pytest

from newapi.update import text_merge
from newapi.update.text_merge import Style, Text
from tests.update.samples import LABELS

BETWEEN = {
    "a.py": "\n\ndef between():\n    a()\n    b()\n    c()\n\n\n",
    "a.toml": '\n[between]\na = "a"\nb = "b"\nc = "c"\n\n',
    "a.yml": "between:\n  a: a\n  b: b\n  c: c\n",
    ".env": "BETWEEN=1\n\nAND=2\n\nMORE=3\n",
    "a.md": "\nBetween\nthe\nlines.\n\n",
}
SIDES = re.compile(r"<<<<.*?\n(.*)^\|{7}.*?\n(.*)^====.*?\n(.*)^>>>>", re.DOTALL | re.MULTILINE)
CASES = {  # the sides of what can be settled, then of what cannot
    "a.py": (
        ("", "import mine\n", "import theirs\n", "import mine\nimport theirs\n"),
        ("def f():\n    return 1\n", "def f():\n    return 2\n", "def f():\n    return 3\n"),
    ),
    "a.toml": (
        ("[x]\na = 1\n", "[x]\na = 1\nmine = 1\n", "[x]\na = 2\n", "[x]\na = 2\nmine = 1\n"),
        ("[y]\nb = 1\n", "[y]\nb = 2\n", "[y]\nb = 3\n"),
    ),
    "a.yml": (
        ("x:\n  a: 1\n", "x:\n  a: 1\n  m: 1\n", "x:\n  a: 2\n", "x:\n  a: 2\n  m: 1\n"),
        ("y:\n  b: 1\n", "y:\n  b: 2\n", "y:\n  b: 3\n"),
    ),
    ".env": (
        ("A=1\n", "A=1\nMINE=1\n", "A=2\n", "A=2\nMINE=1\n"),
        ("B=1\n", "B=2\n", "B=3\n"),
    ),
    "a.md": (
        ("One.\n", "One.\n\nMine.\n", "1.\n", "1.\n\nMine.\n"),
        ("Two.\n", "Mine.\n", "2.\n"),
    ),
}


def merge(path: str, *, is_first: bool, style: Style = "inline") -> Text:
    settled, left = CASES[path]
    pairs = zip(settled[:3], left, strict=True)
    texts = [BETWEEN[path].join((one, other) if is_first else (other, one)) for one, other in pairs]
    return text_merge.merge([text.encode() for text in texts], LABELS, style, path)


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("path", CASES)
def test_one_of_two_conflicts_is_settled(path: str, *, is_first: bool) -> None:
    settled, (base, ours, theirs) = CASES[path]

    result = merge(path, is_first=is_first)

    text = result.data.decode()
    assert (result.conflicts, text.count("<<<<<<<")) == (1, 1)
    assert settled[3] in text
    assert (text.index(settled[3]) < text.index("<<<<<<<")) is is_first
    sides = SIDES.search(text)
    assert sides is not None
    for side, whole in zip(sides.groups(), (ours, base, theirs), strict=True):
        assert side
        assert whole.endswith(side)


@pytest.mark.parametrize("path", CASES)
def test_conflict_that_is_left_is_the_only_one_in_a_patch(path: str) -> None:
    settled, (base, ours, theirs) = CASES[path]

    result = merge(path, is_first=True, style="rej")

    assert result.data.decode() == BETWEEN[path].join((settled[3], ours))
    patch = result.rejected.decode()
    assert patch.count("@@ -") == 1
    assert f"-{base.splitlines()[-1]}\n" in patch
    assert f"+{theirs.splitlines()[-1]}\n" in patch


def test_key_that_moved_into_a_conflict_is_not_there_twice() -> None:
    base = 'a = 1\nmoved = 1\n\n[x]\nk = 1\nl = "l"\nm = "m"\n\n[y]\nz = 1\n'
    ours = base.replace("moved = 1", "moved = 2").replace("z = 1", "z = 1\nmine = 1")
    theirs = base.replace("moved = 1\n", "").replace("z = 1", "z = 1\nmoved = 1\nmine = 2")

    result = text_merge.merge(
        [x.encode() for x in (base, ours, theirs)], LABELS, "inline", "a.toml"
    )

    assert result.conflicts == 2


def test_conflicts_of_a_text_with_mixed_line_ends_are_marked_in_its_way() -> None:
    sides = [b"a\r\nb\n" + line + b"\r\nc\r\n" for line in (b"1", b"2", b"3")]

    result = text_merge.merge(sides, LABELS, "inline", "a.txt")

    assert result.data.startswith(b"a\r\nb\n<<<<<<< your project\r\n2\r\n||||||| template v1\r\n")
    assert result.conflicts == 1


PART = "class C:\n    def f(self):\n        try:\n            a()\n"
ENDS = ("        except E:\n            b()\n", "        finally:\n            c()\n")
MINE = "\n\nclass Mine:\n    pass\n"


@pytest.mark.parametrize("is_of_template", [True, False])
def test_definition_behind_a_part_of_another_one_is_kept(*, is_of_template: bool) -> None:
    old, new = (PART + end for end in ENDS)
    sides = [old, new, old + MINE] if is_of_template else [old, old + MINE, new]

    result = text_merge.merge([x.encode() for x in sides], LABELS, "inline", "a.py")

    assert (result.data.decode(), result.conflicts) == (new + MINE, 0)


def test_lines_that_are_no_definitions_stay_a_conflict() -> None:
    old, new = (PART + end for end in ENDS)
    for own in ("\n\nmine = 1\nmine = 2\n", "        mine()\n", "\n\nclass C:\n    pass\n"):
        sides = [old.encode(), (old + own).encode(), new.encode()]

        assert text_merge.merge(sides, LABELS, "inline", "a.py").conflicts == 1
