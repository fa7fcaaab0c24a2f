"""Members of classes and items of dictionaries, put where people keep them."""

from __future__ import annotations

import pytest

from newapi.resources import members
from newapi.resources.source import Source

ITEM = '"b": two'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('D = {\n    "a": one,\n}\n', 'D = {\n    "a": one,\n    "b": two,\n}\n'),
        ('D = {"a": one}\n', 'D = {"a": one, "b": two}\n'),
        (
            'D: dict[str, F] = {\n    "a": (one),  # a, and b\n}\nD = other(D)\n',
            'D: dict[str, F] = {\n    "a": (one),  # a, and b\n    "b": two,\n}\nD = other(D)\n',
        ),
        ('D = {\r\n    "a": one,\r\n}\r\n', 'D = {\r\n    "a": one,\r\n    "b": two,\r\n}\r\n'),
    ],
)
def test_item_goes_to_the_end(before: str, after: str) -> None:
    assert members.add_item(Source(before), "D", ITEM) == after
    assert members.has_item(Source(after), "D", ITEM)
    assert not members.has_item(Source(before), "D", ITEM)


@pytest.mark.parametrize(
    "text",
    [
        "D = {}\n",
        "D = make()\n",
        'E = {"a": one}\n',
        'D = {\n    "a": one  # no comma,\n}\n',
        'D = {\n    "a": one,\n    }\n',
    ],
)
def test_item_without_a_plain_place_is_not_guessed(text: str) -> None:
    assert members.add_item(Source(text), "D", ITEM) is None


def test_member_follows_the_last_one() -> None:
    before = (
        'class Kind(StrEnum):\n    """Kinds."""\n\n    A = "a"  # first\n\n    def f(self): ...\n'
    )

    after = members.add_member(Source(before), "Kind", 'B = "b"')

    assert after == before.replace("# first\n", '# first\n    B = "b"\n')
    assert members.has_member(Source(after), "Kind", 'B = "b"')
    assert members.add_member(Source("class Kind: ...\n"), "Kind", 'B = "b"') is None
