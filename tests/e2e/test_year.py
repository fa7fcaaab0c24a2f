"""A year of work on a project of 0.6.0 outlives an update that renames nearly everything."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from newapi.template.catalog import Value
from tests.e2e.owner import FILL, LOOK, commit, newapi
from tests.e2e.project import Project
from tests.e2e.year import FILL_TASK, RELEASE, follow, work_for_a_year

OnRealDatabase = Callable[[Project, Mapping[str, Value]], Project]
CHECKS = (
    "uv run ruff check .",
    "uv run ruff format --check .",
    "uv run mypy .",
    "uv run alembic upgrade head",
    "uv run alembic check",
    'test "$(uv run alembic heads | wc -l)" = 1',
    "uv run pytest --quiet -n auto",
)
BOTH_CHANGED = [  # the same lines, or lines beside each other
    ".env.example",
    "app/config.py",
    "app/exceptions.py",
    "app/middleware.py",
    "app/models/task.py",  # the owner added a kind to the enumeration that the template drops
    "tests/api/v1/test_items.py",
]
EDITS = {
    ".env.example": ["AUTH_RATE_LIMIT=5/minute", "GREETING="],
    "README.md": ["It belongs to Ada."],
    "app/api/v1/api.py": ["greeting_router)", "prices_router)", "products_router)"],
    "app/config.py": ["2048 * 1024", 'greeting: str = "Good morning"'],
    "app/core/calendar.py": ["AppState"],
    "app/crud/product.py": ["BEST", "search_columns"],
    "app/exceptions.py": ["Out of stock."],
    "app/middleware.py": ["Middleware(ShopHeader)", "class ShopHeader"],
    "app/models/item.py": ["color"],
    "app/schemas/item.py": ["color: SingleLineStr | None"],
    "compose.yaml": ["127.0.0.1:8008:8000"],
    "pyproject.toml": ["packaging>=24.0"],
    "tests/api/v1/test_members.py": ["UserFactory"],
    "tests/conftest.py": ["def sunday()"],
}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(("standard", "sqlite", BOTH_CHANGED), marks=pytest.mark.slow, id="standard"),
        pytest.param(
            ("full", "postgres", BOTH_CHANGED),
            marks=pytest.mark.long,
            id="full",
        ),
    ],
)
def test_year_of_work_is_kept(
    case: tuple[str, str, list[str]],
    tmp_path: Path,
    environment: dict[str, str],
    on_real_database: OnRealDatabase,
    subtests: pytest.Subtests,
) -> None:
    preset, database, conflicts = case
    maker = Project(tmp_path, environment)
    words = ("--ref", RELEASE, "--preset", preset, "--defaults", "--no-lock")
    newapi(maker, "create", "shop", *words)
    project = Project(tmp_path / "shop", environment)
    work_for_a_year(project)
    project.run("uv sync --quiet")
    commit(project)
    project = on_real_database(project, {"database": database})
    project.run("uv run alembic upgrade head")
    for script in (FILL, FILL_TASK):
        project.run(["uv", "run", "python", "-c", script])

    told = newapi(project, "update")

    assert re.findall(r"^  conflict +(\S+)", told, re.MULTILINE) == conflicts
    follow(project, told)
    commit(project)
    project.run("uv sync --quiet")
    for path, edits in EDITS.items():
        text = (project.path / path).read_text(encoding="utf-8")
        assert not [edit for edit in edits if edit not in text], path
    assert not (project.path / "tests/test_browsers.py").exists()
    assert not (project.path / "tests/api/v1/test_users.py").exists()
    for command in CHECKS:
        with subtests.test(command):
            project.run(command)
    looks = ["SELECT email FROM users", "SELECT title FROM items", "SELECT kind FROM tasks"]
    rows = project.run(["uv", "run", "python", "-c", LOOK, *looks])
    assert rows.split() == ["ada@example.com", "Engine", "send_email"]
