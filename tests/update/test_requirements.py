"""New requirements of the template are named where a project keeps its own elsewhere."""

from __future__ import annotations

import pytest

from newapi.project.tree import Entry
from newapi.update.requirements import missing

BASE = b'[project]\ndependencies = ["fastapi>=1"]\n'
THEIRS = (
    b'[project]\ndependencies = ["fastapi>=1", "redis_om>=5"]\n'
    b'\n[dependency-groups]\ndev = ["pytest[all]>=9", {include-group = "x"}]\n'
)


@pytest.mark.parametrize(
    ("path", "text", "named"),
    [
        ("requirements.txt", b"fastapi\n", "pytest[all]>=9, redis_om>=5"),
        ("requirements/base.in", b"Redis.OM==5\n", "pytest[all]>=9"),
        ("pyproject.toml", b'[tool.poetry.dependencies]\nredis-om = "*"\n', "pytest[all]>=9"),
        ("Pipfile", b'redis-om = "*"\npytest = "*"\n', ""),
        ("app/main.py", b"pytest = 1\n", "pytest[all]>=9, redis_om>=5"),
    ],
)
def test_new_requirements_that_no_file_names_are_found(path: str, text: bytes, named: str) -> None:
    base, theirs = ({"pyproject.toml": Entry(data)} for data in (BASE, THEIRS))

    found = missing(base, theirs, {path: Entry(text)})

    expected = f"the template requires {named} now, which no file of the project names"
    assert [each.message for each in found] == ([expected] if named else [])


def test_known_requirements_are_no_finding() -> None:
    base = {"pyproject.toml": Entry(BASE)}

    assert missing(base, base, {}) == []
