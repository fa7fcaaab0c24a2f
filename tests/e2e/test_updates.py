"""Features of a real project come and go while its database is in use."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing

import pytest

from tests.e2e.conftest import Create
from tests.e2e.owner import commit, newapi
from tests.e2e.project import Project
from tests.matrix import ROOT
from tests.projects import PROJECTS

ROW = "00000000000000000000000000000001"
NOW = "2026-01-01 00:00:00"
USER = f"('ada@example.com', 'x', 'user', 1, '{ROW}', '{NOW}', '{NOW}')"


def migrate(project: Project) -> set[str]:
    """Bring the database up to date as the owner would; return its tables."""
    project.run("uv sync --quiet")
    commit(project)
    project.run("uv run alembic upgrade head")
    project.run("uv run alembic check")
    project.run("uv run ruff check . && uv run ruff format --check .")
    with closing(sqlite3.connect(project.path / "app.db")) as database, database:
        return {name for (name,) in database.execute("select name from sqlite_master")}


@pytest.mark.slow
def test_feature_with_tables_comes_and_goes(create: Create) -> None:
    project = create(PROJECTS["standard"])
    commit(project)
    assert "items" in migrate(project)
    with closing(sqlite3.connect(project.path / "app.db")) as database, database:
        columns = "email, hashed_password, role, is_active, id, created_at, updated_at"
        database.execute(f"insert into users ({columns}) values {USER}")

    newapi(project, "remove", "items")
    assert "items" not in migrate(project)
    newapi(project, "add", "items")
    assert "items" in migrate(project)
    newapi(project, "remove", "items", "--keep-tables")
    project.run("uv run alembic upgrade head")

    with closing(sqlite3.connect(project.path / "app.db")) as database, database:
        assert database.execute("select email from users").fetchall() == [("ada@example.com",)]


@pytest.mark.long
def test_first_release_is_updated_to_this_checkout(
    create: Create, environment: dict[str, str]
) -> None:
    folder = create(PROJECTS["standard"]).path.parent / "old"
    folder.mkdir()
    words = ["create", "shop", "--ref", "0.1.0", "--defaults", "--no-lock"]
    maker = Project(folder, {**environment, "PYTHONPATH": str(ROOT / "src")})
    maker.run([sys.executable, "-m", "newapi", *words])
    project = Project(folder / "shop", environment)
    tables = migrate(project)

    newapi(project, "update")

    assert tables <= migrate(project)
    project.run("uv run mypy .")
