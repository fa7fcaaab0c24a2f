"""Fixtures of the end-to-end tests: projects made by the command, one environment for all."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from newapi.template.catalog import Value
from tests.conftest import Render
from tests.e2e.databases import database, skip_without
from tests.e2e.project import Project
from tests.matrix import PRESETS, ROOT

Create = Callable[[Mapping[str, Value]], Project]
collect_ignore = ["edge_cases"]
OURS = ("COV_", "COVERAGE_", "GIT_", "PYTEST_", "PYTHON", "UV_PROJECT_")


@pytest.fixture(scope="session")
def environment(rendered: Render) -> Iterator[dict[str, str]]:
    """Yield the environment of a project's commands, without settings of projects.

    The projects of one worker take turns in one virtual environment: `uv sync` makes it exactly
    theirs, which costs little because they differ in few packages, and mypy knows most of what
    it finds there. It lives outside of pytest's folders, which the pytest of each project closes
    to others: the PostgreSQL in it does not run as root.
    """
    if os.name == "nt" or shutil.which("bash") is None:
        pytest.skip("bash runs the commands that projects document")
    example = (rendered(PRESETS["full"]) / ".env.example").read_text(encoding="utf-8")
    settings = set(re.findall(r"^(?:# ?)?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))
    ours = {"CI", "VIRTUAL_ENV", "UV_NO_SYNC", "TEST_DATABASE_URL", *settings}
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(OURS) and name not in ours
    }
    with TemporaryDirectory(prefix="newapi-e2e-") as base:
        yield inherited | {
            "GIT_CONFIG_GLOBAL": os.environ["GIT_CONFIG_GLOBAL"],
            "MYPY_CACHE_DIR": f"{base}/mypy",
            "PYTEST_XDIST_AUTO_NUM_WORKERS": "0" if "PYTEST_XDIST_WORKER" in os.environ else "2",
            "UV_PROJECT_ENVIRONMENT": f"{base}/environment",
            "UV_PYTHON": f"{sys.version_info.major}.{sys.version_info.minor}",
        }


@pytest.fixture(scope="session")
def created(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Mapping[str, Value]], Path]:
    """Make each project once with the real command."""
    projects: dict[str, Path] = {}

    def path(answers: Mapping[str, Value]) -> Path:
        choices = [f"--set={name}={typed(value)}" for name, value in answers.items()]
        key = " ".join(choices)
        if key not in projects:
            folder = tmp_path_factory.mktemp("created")
            maker = Project(folder, {**environment, "PYTHONPATH": str(ROOT / "src")})
            create = [sys.executable, "-m", "newapi", "create", "myproject", "--defaults"]
            maker.run([*create, *choices])
            projects[key] = folder / "myproject"
        return projects[key]

    return path


@pytest.fixture
def create(
    environment: dict[str, str], created: Callable[[Mapping[str, Value]], Path]
) -> Iterator[Create]:
    """Yield a function that makes a new project, which the test may change.

    It lies outside of pytest's folders, too, with the data of its PostgreSQL server.
    """
    with TemporaryDirectory(prefix="newapi-e2e-") as folder:

        def project(answers: Mapping[str, Value]) -> Project:
            path = shutil.copytree(created(answers), Path(folder, "myproject"), symlinks=True)
            cache = f"{environment['MYPY_CACHE_DIR']}-{mypy_options(path)}"
            return Project(path, {**environment, "MYPY_CACHE_DIR": cache})

        yield project


def mypy_options(project: Path) -> str:
    """Return a digest of the options of mypy that all modules have.

    Projects with the same digest share a cache; mypy throws away what it has cached with others.
    """
    text = (project / "pyproject.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)["tool"]["mypy"]
    options = {name: table[name] for name in table if name not in {"exclude", "overrides"}}
    return hashlib.sha256(json.dumps(options).encode()).hexdigest()[:8]


def typed(value: Value) -> str:
    """Return an answer as it is typed on the command line."""
    return value if isinstance(value, str) else str(value).lower()


@pytest.fixture
def on_real_database() -> Iterator[Callable[[Project, Mapping[str, Value]], Project]]:
    """Give a project databases of its own on the server that it was made for."""
    with ExitStack() as databases:

        def served(project: Project, answers_: Mapping[str, Value]) -> Project:
            kind = str(answers_["database"])
            if kind == "sqlite":
                return project
            skip_without(kind)
            return project.with_environment(
                DATABASE_URL=databases.enter_context(database(kind)),
                TEST_DATABASE_URL=databases.enter_context(database(kind)),
            )

        yield served


@pytest.fixture
def on_bundled_database() -> Iterator[Callable[[Project, Mapping[str, Value]], Project]]:
    """Give a project a database that needs no installed server; PostgreSQL is a package."""
    with ExitStack() as servers:

        def served(project: Project, answers_: Mapping[str, Value]) -> Project:
            if answers_["database"] == "sqlite":
                return project
            url = servers.enter_context(project.bundled_postgres())
            return project.with_environment(DATABASE_URL=url)

        yield served
