"""Fields of every type, every kind of access and every reference, on every database."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Create
from tests.e2e.owner import commit
from tests.e2e.test_resources import OnDatabase, check, generate
from tests.generators.resources import shop
from tests.matrix import PRESETS, Answers

PROJECTS: dict[str, Answers] = {
    "sqlite": {**PRESETS["standard"], "admin": True},
    "postgres": PRESETS["full"],
    "mysql": {**PRESETS["standard"], "database": "mysql"},
    "without-accounts": PRESETS["minimal"],
}
FLAGS = {"owned": "--owned", "public": "--public", "admin": "--admin-only"}


@pytest.mark.long
@pytest.mark.parametrize("answers", PROJECTS.values(), ids=PROJECTS)
def test_resources_of_every_kind_keep_their_promises(
    answers: Answers, create: Create, on_real_database: OnDatabase
) -> None:
    project = create(answers)
    commit(project)

    for name, access, api, fields in shop(accounts=bool(answers["auth"])):
        is_mysql = answers["database"] == "mysql"  # its driver cannot store bytes
        words = [field for field in fields if not (is_mysql and ":bytes" in field)]
        generate(project, "resource", name, *words, FLAGS[access], f"--api={api}")
    project.run("uv sync --quiet")
    project = on_real_database(project, answers)

    resources = ("categor", "flag", "kitchen", "order_line", "product", "report", "station")
    chosen = f"-k '{' or '.join((*resources, 'test_migrations', 'test_contract'))}'"
    check(project, chosen)
