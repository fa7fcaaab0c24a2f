"""Lines in shared files: found by what they mean, put where they belong, and taken out again."""

from __future__ import annotations

import ast
import random
import subprocess
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newapi.resources import wiring
from newapi.resources.formatting import find_ruff
from newapi.resources.wiring import Wire

FILE = "app/shared.py"
MODULE = '''\
"""Everything that resources are wired into."""

from fastapi import APIRouter

from app.api.v1.endpoints.auth import router as auth_router
from app.models.base import Base
from app.models.user import User, UserRole

router = APIRouter(prefix="/v1")
router.include_router(auth_router)

__all__ = [
    "Base",
    "User",
    "UserRole",
]

VIEWS = [User]


def create_app() -> object:
    """Make the application."""
    app = object()
    app.include_router(router, prefix="/api")
    return app
'''
USER_LINES = (
    "import app.metrics",
    "import os",
    "from app import settings",
    "from app.zebra import (\n    Zebra,  # the last one\n    stripes,\n)",
    "from app.models.product import LIMIT",
    "# a remark",
    "",
    "LIMIT = 10",
    "router.include_router(own_router, dependencies=[check])",
    "def helper():\n    return VIEWS",
    "if True:\n    from app.conditional import thing",
    'TEXT = """\nrouter.include_router(products_router)\n"""',
)
NAMES = ("product", "category", "order_line", "zone", "address", "order10", "order9")


def wires(name: str) -> list[Wire]:
    """Return the lines of a resource."""
    title = "".join(part.capitalize() for part in name.split("_"))
    lines: list[dict[str, str]] = [
        {"kind": "import", "line": f"from app.models.{name} import {title}, {title}Status"},
        {"kind": "entry", "line": f'"{title}"', "list": "__all__"},
        {"kind": "import", "line": f"from app.api.v1.endpoints.{name}s import router as {name}s"},
        {"kind": "call", "line": f"router.include_router({name}s)"},
        {"kind": "entry", "line": f"{title}View", "list": "VIEWS"},
        {"kind": "call", "line": "app.include_router(v2, prefix='/api')", "in": "create_app"},
    ]
    return wiring.read([{"file": FILE, **line} for line in lines])


KNOWN = {wire for name in NAMES for wire in wires(name)}


def insert(text: str, *names: str) -> str:
    """Wire resources in; every line finds its place."""
    data = text.encode()
    for name in names:
        data, loose = wiring.rewire(data, [], wires(name), KNOWN)
        assert not loose
    return data.decode()


def remove(text: str, *lines: Wire) -> str:
    """Take lines out; all of them are there."""
    data, loose = wiring.rewire(text.encode(), lines, [], KNOWN)
    assert not loose
    return data.decode()


def edited(seed: int) -> str:
    """Return the module after edits of a user that keep it Python."""
    chance = random.Random(seed)
    text = MODULE
    for _ in range(chance.randrange(8)):
        lines = text.splitlines()
        kind = chance.randrange(5)
        place = chance.randrange(len(lines))
        if kind == 0:
            lines.insert(place, chance.choice(USER_LINES))
        elif kind == 1:
            lines[place] += "  # mine"
        elif kind == 2 and not lines[place].strip():
            del lines[place]
        elif kind == 3:
            one_line = '__all__ = ["Base", "User", "UserRole"]'
            vertical = '__all__ = [\n    "Base",\n    "User",\n    "UserRole",\n]'
            changed = text.replace(vertical, one_line)
            lines = changed.splitlines()
        else:
            changed = text.replace("VIEWS = [User]", "VIEWS = [\n    # first\n    User\n]")
            lines = changed.splitlines()
        attempt = "\n".join(lines) + "\n"
        text = attempt if parses(attempt) else text
    if chance.random() < 0.2:
        text = text.removesuffix("\n")
    if chance.random() < 0.2:
        text = text.replace("\n", "\r\n")
    return text


def parses(text: str) -> bool:
    """Whether a text is Python."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def test_lines_go_where_they_belong() -> None:
    assert insert(MODULE, "product") == MODULE.replace(
        "from app.models.base import Base\n",
        "from app.api.v1.endpoints.products import router as products\n"
        "from app.models.base import Base\n"
        "from app.models.product import Product, ProductStatus\n",
    ).replace(
        "router.include_router(auth_router)\n",
        "router.include_router(auth_router)\nrouter.include_router(products)\n",
    ).replace('    "User",\n', '    "Product",\n    "User",\n').replace(
        "[User]", "[User, ProductView]"
    ).replace('prefix="/api")\n', "prefix=\"/api\")\n    app.include_router(v2, prefix='/api')\n")


@pytest.mark.parametrize("names", list(permutations(NAMES[:3])))
def test_order_makes_no_difference(names: tuple[str, ...]) -> None:
    assert insert(MODULE, *names) == insert(MODULE, *sorted(names))


def test_result_is_sorted_as_ruff_does() -> None:
    text = insert(MODULE, *NAMES, "poster", "post_tag")

    done = subprocess.run(
        [
            *(find_ruff(), "check", "--isolated", "--select=I,RUF022", "--line-length=100"),
            *('--config=lint.isort.known-first-party=["app"]', "--stdin-filename=a.py", "-"),
        ],
        input=text.encode(),
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout.decode()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=3))
def test_whatever_the_user_did_lines_come_and_go(seed: int, names: list[str]) -> None:
    before = edited(seed)
    lines = {wire for name in names for wire in wires(name)}

    data, loose = wiring.rewire(before.encode(), [], lines, KNOWN)
    after = data.decode()
    placed = lines - {found.wire for found in loose}

    assert {wire.place for wire in lines - placed} <= {"create_app"}  # the user took it apart
    assert parses(after)
    assert wiring.rewire(data, [], lines, KNOWN)[0] == data
    for name in reversed(names):
        before_last, _ = wiring.rewire(data, placed & {*wires(name)}, [], KNOWN)
        assert wiring.rewire(before_last, [], placed, KNOWN)[0] == data
    assert plain(before) <= plain(after) | changed_by(before, after)
    assert after.count("\r\n") == (after.count("\n") if "\r\n" in before else 0)
    assert remove(after, *placed) == before


def plain(text: str) -> set[str]:
    """Return the lines of a text, without commas."""
    return {line.replace(",", "") for line in text.splitlines()}


def changed_by(before: str, after: str) -> set[str]:
    """Return the lines to which something may be added: rows in one line."""
    begin = ("__all__ = [", "VIEWS = [", "from app.models.product import LIMIT")
    kept = [line for line in before.splitlines() if line.startswith(begin)]
    assert all(line.partition("#")[2] in after for line in kept)
    return plain("\n".join(kept))


def test_what_the_user_has_changed_is_left_to_the_user() -> None:
    text = insert(MODULE, "product")
    text = text.replace("include_router(products)", "include_router(products, tags=[1])")
    text = text.replace('    "Product",\n', '    "Product",  # ours\n')

    data, loose = wiring.rewire(text.encode(), wires("product"), [], KNOWN)

    assert {str(found) for found in loose} == {
        f'{FILE}: delete `"Product"` in __all__ by hand',
        f"{FILE}: delete `router.include_router(products)` by hand",
    }
    assert b"include_router(products, tags=[1])" in data
    assert b'"Product",  # ours' in data


@pytest.mark.parametrize(
    "text",
    [
        "def broken(:\n",
        "<<<<<<< your project\n=======\n>>>>>>> template\n",
        "# -*- coding: nothing -*-\n",
        "VIEWS = sorted([User])\n__all__ = names()\nimport router\n",
    ],
)
def test_where_nothing_has_a_place_all_is_said(text: str) -> None:
    added = [wire for wire in wires("product") if wire.kind != "import"]

    data, loose = wiring.rewire(text.encode(), [], added, KNOWN)

    assert data == text.encode()
    assert [found.action for found in loose] == ["add"] * 4


def test_first_import_of_the_project_gets_a_section() -> None:
    wire = Wire(FILE, "import", "from app.a import b")
    for before, after in (
        ("import os\n\nx = 1\n", "import os\n\nfrom app.a import b\n\nx = 1\n"),
        ('"""Doc."""\n\nx = 1\n', '"""Doc."""\n\nfrom app.a import b\n\nx = 1\n'),
        ("", "from app.a import b\n"),
    ):
        data, _ = wiring.rewire(before.encode(), [], [wire], KNOWN)
        assert data.decode() == after
        assert wiring.rewire(data, [wire], [], KNOWN)[0].decode() == before


def test_long_lines_are_wrapped() -> None:
    long = "a" * 60
    lines = [Wire(FILE, "import", f"from app.{long} import {long}")]
    lines += [Wire(FILE, "entry", f"{letter * 40}", "VIEWS") for letter in "XYZ"]

    data, loose = wiring.rewire(MODULE.encode(), [], lines, KNOWN)

    assert not loose
    assert max(map(len, data.decode().splitlines())) <= 100
    assert f"import (\n    {long},\n)\n" in data.decode()


def test_layers_stand_before_the_one_that_is_known() -> None:
    text = b'layers = [\r\n    "app.main",\r\n    "app.api.v1.api",\r\n]\r\n'
    wire = Wire("pyproject.toml", "layer", '"app.api.v2.api"', '"app.api.v1.api"')

    after, loose = wiring.rewire(text, [], [wire], [wire])

    assert not loose
    assert after == text.replace(b'    "app.api.v1', b'    "app.api.v2.api",\r\n    "app.api.v1')
    assert wiring.rewire(after, [], [wire], [wire])[0] == after
    assert wiring.rewire(after, [wire], [], [wire])[0] == text
    assert wiring.rewire(text, [wire], [], [wire])[1]


def test_file_of_another_encoding_keeps_it() -> None:
    text = "# -*- coding: latin-1 -*-\n# Größe\nVIEWS = []\n".encode("latin-1")

    data, _ = wiring.rewire(text, [], [Wire(FILE, "entry", "A", "VIEWS")], KNOWN)

    assert data == text.replace(b"[]", b"[A]")


@pytest.mark.parametrize("document", ["text", [{"kind": "guess"}], [{"kind": "import"}]])
def test_wiring_that_makes_no_sense_is_refused(document: object) -> None:
    with pytest.raises((ValueError, KeyError)):
        wiring.read(document)
