"""The commands and the code of the pages about extending a project work as written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.e2e.commands import BLOCK, lines
from tests.e2e.conftest import Create
from tests.e2e.owner import commit, newapi
from tests.e2e.project import Project
from tests.marks import slow_or_long
from tests.matrix import PRESETS, Answers

CODE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROJECTS: dict[str, Answers] = {
    "minimal": PRESETS["minimal"],
    "tables": {**PRESETS["minimal"], "tables": True},
    "standard": PRESETS["standard"],
}
CHECKS = (
    "uv run ruff check .",
    "uv run ruff format --check .",
    "uv run lint-imports",
    "uv run mypy .",
)
TEST = """\
from httpx2 import AsyncClient


async def test_report_is_read(client: AsyncClient) -> None:
    assert (await client.get("/api/v1/report")).json() == {"environment": "test"}
"""


def page(project: Project, name: str) -> str:
    """Return the text of a page of the project's documentation."""
    return (project.path / f"docs/{name}.md").read_text(encoding="utf-8")


def add_endpoint(project: Project) -> None:
    """Write the endpoint of the page, include its router, and add a test."""
    [code] = CODE.findall(page(project, "extending"))
    (project.path / "app/api/v1/endpoints").mkdir(exist_ok=True)
    (project.path / "app/api/v1/endpoints/__init__.py").touch()
    (project.path / "app/api/v1/endpoints/report.py").write_text(code, encoding="utf-8")
    include_router(project.path / "app/api/v1/api.py")
    tests = [code for code in CODE.findall(page(project, "testing")) if "/report" in code]
    test = f"from httpx2 import AsyncClient\n\n\n{tests[0]}" if tests else TEST
    (project.path / "tests/api/v1").mkdir(exist_ok=True)
    (project.path / "tests/api/v1/__init__.py").touch()
    (project.path / "tests/api/v1/test_report.py").write_text(test, encoding="utf-8")


def include_router(module: Path) -> None:
    """Add the import behind the imports, and the call at the end."""
    head, last, tail = re.split(
        r"(?s)(.*\nfrom [^\n]*\n)", module.read_text(encoding="utf-8"), maxsplit=1
    )
    imported = "from app.api.v1.endpoints.report import router as report_router\n"
    text = f"{head}{last}{imported}{tail}router.include_router(report_router)\n"
    module.write_text(text, encoding="utf-8")


def change_token_scheme(project: Project) -> None:
    """Give access tokens another scheme, as the page about authentication says."""
    [scheme] = [c for c in CODE.findall(page(project, "authentication")) if "TokenScheme" in c]
    deps = project.path / "app/api/deps.py"
    text = deps.read_text(encoding="utf-8")
    text = text.replace(
        "oauth2_scheme = OAuth2PasswordBearer(",
        "from fastapi.requests import HTTPConnection\n"
        "from fastapi.security.utils import get_authorization_scheme_param\n"
        "from typing_extensions import override\n"
        "from app.exceptions import AUTH_SCHEME\n"
        f"\n\n{scheme}\n\noauth2_scheme = TokenScheme(",
    )
    deps.write_text(text, encoding="utf-8")
    exceptions = project.path / "app/exceptions.py"
    text = exceptions.read_text(encoding="utf-8")
    exceptions.write_text(text.replace('AUTH_SCHEME = "Bearer"', 'AUTH_SCHEME = "Token"'), "utf-8")


@pytest.mark.parametrize("answers", slow_or_long({"minimal"}, PROJECTS))
def test_endpoint_of_the_page_works(answers: Answers, create: Create) -> None:
    project = create(answers)
    project.run("uv sync")

    add_endpoint(project)
    tests = "tests/api/v1/test_report.py"
    if answers.get("auth"):
        change_token_scheme(project)
        tests += " tests/api/v1/test_auth.py tests/api/v1/test_recent_login.py"

    project.run("uv run ruff check --fix --select I app")
    project.run("uv run ruff format app")
    for command in CHECKS:
        project.run(command)
    project.run(f"uv run pytest {tests}")


@pytest.mark.parametrize("answers", slow_or_long({"standard"}, PROJECTS))
def test_entity_of_the_page_works(answers: Answers, create: Create) -> None:
    project = create(answers)
    project.run("uv sync")
    commands = [
        line
        for block in BLOCK.findall(page(project, "extending"))
        for line in lines(block)
        if line.startswith("newapi ")
    ]

    for command in commands:
        newapi(project, *shlex.split(command.removeprefix("newapi ")))
        commit(project)

    assert len(commands) == 5
    for command in (*CHECKS, "uv run alembic upgrade head", "uv run alembic check"):
        project.run(command)
    project.run("uv run pytest tests/api/v1/test_products.py tests/test_migrations.py")
