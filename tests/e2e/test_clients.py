"""Generators of clients read the OpenAPI document of every project, and the clients work."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from newapi.template.catalog import Value
from tests.e2e.conftest import Create
from tests.e2e.owner import commit
from tests.e2e.project import Project
from tests.matrix import PRESETS, Answers

PROJECTS: dict[str, Answers] = {
    "minimal": {**PRESETS["minimal"], "clients": True},
    "standard": {**PRESETS["standard"], "clients": True},
    "full": PRESETS["full"],
    "full-without-envelope": {**PRESETS["full"], "envelope": False},
}
OnDatabase = Callable[[Project, Mapping[str, Value]], Project]
OTHER_GENERATOR = (
    "npx --yes --package=@hey-api/openapi-ts@0.95.0 --package=typescript@5.9.3 --"
    " openapi-ts --input ./clients/openapi.json --output ./var/hey-api"
)


@pytest.mark.long
@pytest.mark.parametrize("name", PROJECTS)
def test_clients_are_typed_and_call_the_api(
    name: str, create: Create, on_real_database: OnDatabase
) -> None:
    project = create(PROJECTS[name])
    project.run("uv sync --quiet")
    project = on_real_database(project, PROJECTS[name])

    project.run("uv run app clients")

    commit(project)
    assert "0 files changed" in project.run("uv run app clients")
    project.run("uv run app clients --check")
    assert "skipped" not in project.run("uv run pytest tests/clients")
    project.run("cd clients/python && uv run --project ../.. mypy --strict .")
    types = (project.path / "clients/typescript/src/schema.d.ts").read_text(encoding="utf-8")
    assert 'json": unknown' not in types
    assert "warn" not in project.run(f"uv run {OTHER_GENERATOR}").lower().replace("npm warn", "")


@pytest.mark.slow
def test_clients_follow_a_changed_endpoint(create: Create) -> None:
    project = create(PROJECTS["minimal"])
    project.run("uv sync --quiet")
    project.run("uv run app clients")
    project.run("uv run pytest tests/clients")
    project.run("cd clients/python && uv run --project ../.. mypy --strict .")
    health = project.path / "app/api/health.py"
    health.write_text(
        health.read_text(encoding="utf-8").replace("def read_status(", "def read_details("),
        encoding="utf-8",
    )

    with pytest.raises(AssertionError, match=r"python/.*/health_read_details.py"):
        project.run("uv run app clients --check")
    project.run("uv run app clients")

    project.run("uv run app clients --check")
    assert not list(project.path.glob("clients/python/**/health_read_status.py"))
