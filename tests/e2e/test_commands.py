"""Every project documents its checks, and its CI runs what it documents."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.conftest import Render
from tests.e2e.commands import CHECKS, ROUND_TRIP, continuous, documented, pipeline_variables
from tests.matrix import PROJECTS


@pytest.mark.parametrize("name", PROJECTS)
def test_readme_names_every_check(name: str, rendered: Render) -> None:
    assert set(CHECKS) <= set(documented(rendered(PROJECTS[name])))


@pytest.mark.parametrize("name", [name for name in PROJECTS if PROJECTS[name]["ci"] != "none"])
def test_ci_runs_every_check(name: str, rendered: Render) -> None:
    assert {*CHECKS, *ROUND_TRIP} <= set(continuous(rendered(PROJECTS[name])))


@pytest.mark.parametrize(
    "name",
    [name for name, row in PROJECTS.items() if row["ci"] != "none" and row["database"] != "sqlite"],
)
def test_ci_tests_on_a_database_that_its_service_makes(name: str, rendered: Render) -> None:
    """Tests make databases of their own from there, but the first connection needs one."""
    variables = pipeline_variables(rendered(PROJECTS[name]))
    made = {variables.get("POSTGRES_DB"), variables.get("MYSQL_DATABASE"), "postgres", "mysql"}

    for variable in ("DATABASE_URL", "TEST_DATABASE_URL"):
        assert urlsplit(variables[variable]).path.removeprefix("/") in made, variable
