"""Lists that both sides grew at one place are united; other conflicts stay conflicts."""

from __future__ import annotations

import pytest

from newapi.project.tree import Entry
from newapi.update import text_merge
from newapi.update.merge import Rules, merge
from tests.update.samples import LABELS

LISTS = {
    "imports": (
        "from app.a import a\n{0}from app.z import z\n",
        "from app.mine import mine\n",
        "from app.items import items\n",
        "from app.items import items\nfrom app.mine import mine\n",
    ),
    "routers": (
        "router = APIRouter()\nrouter.include_router(users)\n{0}",
        "router.include_router(mine)\n",
        "router.include_router(items)\n",
        "router.include_router(mine)\nrouter.include_router(items)\n",
    ),
    "dependencies": (
        'dependencies = [\n    "alembic>=1",\n{0}    "uvicorn>=1",\n]\n',
        '    "stripe>=1",\n',
        '    "redis>=5",\n',
        '    "redis>=5",\n    "stripe>=1",\n',
    ),
    "entries": (
        "VIEWS = [\n    UserView,\n{0}]\n",
        "    MineView,\n",
        "    ItemView,\n",
        "    MineView,\n    ItemView,\n",
    ),
    "settings": (
        "class Settings:\n    a: int = 1\n{0}\n    def rules(self) -> None:\n        pass\n",
        "    stripe_key: str = ''\n",
        "    redis_url: str | None = None\n    redis_ttl: int = 1\n",
        "    stripe_key: str = ''\n    redis_url: str | None = None\n    redis_ttl: int = 1\n",
    ),
    "environment": (
        "A=1\n{0}",
        "\n# Payments\nSTRIPE_KEY=\n",
        "\n# Redis\nREDIS_URL=redis://localhost\n",
        "\n# Payments\nSTRIPE_KEY=\n\n# Redis\nREDIS_URL=redis://localhost\n",
    ),
    "table": ("| a |\n| - |\n{0}", "| mine |\n", "| theirs |\n", "| mine |\n| theirs |\n"),
    "the same line": (
        "from app.a import a\n{0}from app.z import z\n",
        "from app.items import items\nfrom app.mine import mine\n",
        "from app.items import items\nfrom app.other import other\n",
        "from app.items import items\nfrom app.mine import mine\nfrom app.other import other\n",
    ),
}


def merged(text: str, mine: str, theirs: str) -> text_merge.Text:
    sides = [text.format(lines).encode() for lines in ("", mine, theirs)]
    return text_merge.merge(sides, LABELS, "inline")


@pytest.mark.parametrize("name", LISTS)
def test_both_sides_are_kept(name: str) -> None:
    text, mine, theirs, expected = LISTS[name]

    result = merged(text, mine, theirs)

    assert result.data.decode() == text.format(expected)
    assert result.conflicts == 0


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        ("# Old.\n", "# Mine.\nM=1\n\n# Old.\n", "# New.\n", "# Mine.\nM=1\n\n# New.\n"),
        ("A=1\n", "A=1\nM=1\n", "A=2\n", "A=2\nM=1\n"),
        ("A=1\n", "A=2\n", "T=1\nA=1\n", "T=1\nA=2\n"),
    ],
)
def test_variables_beside_changed_lines_are_kept(
    base: str, ours: str, theirs: str, expected: str
) -> None:
    sides = [text.encode() for text in (base, ours, theirs)]

    result = text_merge.merge(sides, LABELS, "inline")

    assert (result.data.decode(), result.conflicts) == (expected, 0)


def test_variable_that_both_add_differently_stays_a_conflict() -> None:
    sides = [b"A=1\n", b"A=1\nM=1\n", b"M=2\n"]

    assert text_merge.merge(sides, LABELS, "inline").conflicts == 1


CONFLICTS = {
    "statements": ("a = 1\n{0}b = 1\n", "c = 1\n", "d = 1\n"),
    "one setting": ("class S:\n    a: int = 1\n{0}", "    b: int = 1\n", "    b: int = 2\n"),
    "one variable": ("A=1\n{0}", "B=1\n", "B=2\n"),
    "calls": ("a()\n{0}z()\n", "mine()\n", "theirs()\n"),
    "arguments": ("f(\n    a,\n{0})\n", "    mine,\n", "    theirs,\n"),
    "different kinds": ("x = [\n{0}]\n", '    "mine",\n', "    theirs(),\n"),
}


@pytest.mark.parametrize("name", CONFLICTS)
def test_other_lines_stay_a_conflict(name: str) -> None:
    assert merged(*CONFLICTS[name]).conflicts == 1


def test_union_is_listed() -> None:
    text, mine, theirs, expected = LISTS["imports"]
    base, ours, new = ({"a.py": Entry(text.format(x).encode())} for x in ("", mine, theirs))

    result = merge(base, ours, new, Rules(LABELS))

    assert result.tree["a.py"].data.decode() == text.format(expected)
    (outcome,) = result.outcomes
    assert (outcome.action, outcome.note) == (
        "merged",
        "both changed lines at one place: all changes are kept",
    )


def test_line_ends_stay() -> None:
    text, mine, theirs, expected = LISTS["imports"]
    sides = [text.format(lines).encode() for lines in ("", mine, theirs)]

    crlf = sides[1].replace(b"\n", b"\r\n")
    result = text_merge.merge([sides[0], crlf, sides[2]], LABELS, "inline")

    assert result.data == text.format(expected).encode().replace(b"\n", b"\r\n")
