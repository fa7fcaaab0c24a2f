"""Revisions of new projects: ids that no other revision can have, and one line of them."""

from __future__ import annotations

import re

import pytest

from newapi.project import revisions
from newapi.project.revisions import Revision
from tests.conftest import Render
from tests.matrix import PRESETS, ROOT, TEMPLATE

ORDER = ["users", "items", "identities", "email", "tasks"]


def read(render: Render, **answers: bool | str) -> list[Revision]:
    """Return the revisions of a project in their order."""
    project = render(PRESETS["full"] | answers)
    paths = sorted((project / revisions.FOLDER).glob("*.py"))
    found = [revisions.read(path.name, path.read_bytes()) for path in paths]
    return revisions.in_order({revision.name: revision for revision in found if revision})


@pytest.mark.parametrize("off", ["", "items", "oauth", "email"])
def test_revisions_are_one_line_whatever_is_chosen(rendered: Render, off: str) -> None:
    found = read(rendered, **{off: False} if off else {})

    names = {"items": "items", "oauth": "identities", "email": "email"}
    assert [revision.slug for revision in found] == [n for n in ORDER if n != names.get(off)]
    assert [revision.down for revision in found[1:]] == [(r.name,) for r in found[:-1]]
    assert found[0].down == ()


def test_files_are_named_as_alembic_names_them(rendered: Render) -> None:
    for revision in read(rendered):
        assert re.fullmatch("[0-9a-f]{12}", revision.name)
        assert revision.path == f"{revision.name}_{revision.slug}.py"


def test_ids_are_used_once() -> None:
    files = [*TEMPLATE.rglob("alembic/versions/*.jinja"), *ROOT.glob("features/*/upgrades/*/*")]
    ids = [revisions.id_in(path.name) for path in files]

    assert len(set(ids)) == len(ids) >= len(ORDER)
