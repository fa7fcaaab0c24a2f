"""Whatever can be made of random resources passes the checks of a real project."""

from __future__ import annotations

import pytest

from newapi.generate.new_definition import Typed, define
from newapi.resources import project_names
from newapi.resources.naming import normalise, plural_of
from newapi.resources.project_names import ProjectNames
from tests.e2e.conftest import Create
from tests.e2e.owner import commit
from tests.e2e.project import Project
from tests.e2e.test_resources import OnDatabase, check, generate
from tests.generators.drafts import added, nested, sample
from tests.matrix import PRESETS, Answers

PROJECTS: dict[str, Answers] = {
    "sqlite": {**PRESETS["standard"], "storage": True, "database": "sqlite", "admin": True},
    "postgres": {**PRESETS["standard"], "storage": True, "database": "postgres"},
    "mysql": {**PRESETS["standard"], "storage": True, "database": "mysql"},
}
FLAGS = {
    "owned": "--owned",
    "owner_writes": "--owner-writes",
    "signed_in": "--signed-in",
    "public": "--public",
    "admin": "--admin-only",
    None: "--owned",
}


def look(project: Project, database: str) -> ProjectNames:
    """Return what new resources find in a project."""
    paths = [path for folder in ("app", "tests") for path in (project.path / folder).rglob("*.py")]
    texts = {str(path.relative_to(project.path)): path.read_text("utf-8") for path in paths}
    names = project_names.look({}, texts, accounts=True, storage=True, database=database)
    return names.with_bundled(("user",), texts)


def find_tests(typed: Typed) -> str:
    """Return the tests of a resource, where there are no admin pages."""
    return f"tests/api/{typed.api}/test_{plural_of(normalise(typed.name))}*.py"


@pytest.mark.parametrize(
    ("database", "seed", "count"),
    [
        pytest.param("sqlite", 1, 4, marks=pytest.mark.long),
        pytest.param("postgres", 2, 4, marks=pytest.mark.slow),
        *(
            pytest.param(database, seed, 12, marks=pytest.mark.long)
            for database in PROJECTS
            for seed in (10, 11, 12)
        ),
    ],
)
def test_random_resources_keep_their_promises(
    database: str, seed: int, count: int, create: Create, on_real_database: OnDatabase
) -> None:
    project = create(PROJECTS[database])
    commit(project)
    around = look(project, database)
    resources = sample(seed, count, around)
    # A project has such tests: for them, `newapi generate` asks for another name.
    resources = [typed for typed in resources if not list(project.path.glob(find_tests(typed)))]

    for typed in resources:
        words = [typed.name, *typed.fields, FLAGS[typed.access], f"--api={typed.api}"]
        generate(project, "resource", *words)
        around = around.with_definition(define(typed, around))
    for name, field in nested(around):
        generate(project, "resource", name, "--add", field)
    fields = added(around, "user", count)
    generate(project, "resource", "user", *(word for f in fields for word in ("--add", f)))
    project.run("uv sync --quiet")
    project = on_real_database(project, PROJECTS[database])

    shared = ["tests/api/v1/test_user*.py", "tests/test_migrations.py", "tests/test_contract.py"]
    shared += ["tests/admin"] if PROJECTS[database].get("admin") else []
    check(project, *map(find_tests, resources), *shared)
    project.run("uv run alembic downgrade base && uv run alembic upgrade head")
    project.run("uv run alembic check")
