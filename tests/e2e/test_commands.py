"""Every project documents its checks, and its CI runs them."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import yaml

from tests.conftest import Render
from tests.e2e.commands import VERIFY, continuous, documented, pipeline_variables
from tests.projects import PROJECTS


@pytest.mark.parametrize("name", PROJECTS)
def test_readme_names_the_command_that_checks_everything(name: str, rendered: Render) -> None:
    assert VERIFY in documented(rendered(PROJECTS[name]))


@pytest.mark.parametrize("name", [name for name in PROJECTS if PROJECTS[name]["ci"] != "none"])
def test_ci_checks_everything_and_audits_the_packages(name: str, rendered: Render) -> None:
    commands = continuous(rendered(PROJECTS[name]))

    assert VERIFY in commands
    assert "uv run pip-audit --disable-pip --requirement requirements.txt" in commands
    assert "uv export --no-dev --format cyclonedx1.5 --output-file sbom.cdx.json" in commands


@pytest.mark.parametrize("name", [name for name in PROJECTS if PROJECTS[name]["pre_commit"]])
def test_hooks_are_checks_of_app_verify(name: str, rendered: Render) -> None:
    path = rendered(PROJECTS[name])
    hooks = yaml.safe_load((path / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    checks = (path / "app/verify.py").read_text(encoding="utf-8")

    for hook in hooks["repos"][0]["hooks"]:
        assert f'"{hook["entry"].removeprefix("uv run ")}' in checks


@pytest.mark.parametrize(
    "name",
    [name for name, row in PROJECTS.items() if row["ci"] != "none" and row["database"] != "sqlite"],
)
def test_ci_tests_on_a_database_that_its_service_makes(name: str, rendered: Render) -> None:
    """Tests make databases of their own from there, but the first connection needs one."""
    variables = pipeline_variables(rendered(PROJECTS[name]))
    made = {variables.get("POSTGRES_DB"), variables.get("MYSQL_DATABASE"), "postgres", "mysql"}

    assert urlsplit(variables["TEST_DATABASE_URL"]).path.removeprefix("/") in made
