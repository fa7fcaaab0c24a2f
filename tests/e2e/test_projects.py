"""Generated projects pass their own checks and serve their own API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from newapi.template.catalog import Value
from tests.conftest import Render
from tests.e2e.commands import MIGRATIONS, VERIFY, continuous, documented, pipeline_variables
from tests.e2e.conftest import Create
from tests.e2e.edges import add_edge_cases
from tests.e2e.project import Client, Project
from tests.matrix import CATALOG, PRESETS, Answers
from tests.projects import PROJECTS

MEASURED = ("minimal", "standard")
# The first row of the covering array on each database that has a server.
ROWS = [
    next(name for name in [*PROJECTS][len(PRESETS) :] if PROJECTS[name]["database"] == database)
    for database in ("postgres", "mysql")
]
CHOSEN = [*PRESETS, *ROWS]
REST = [name for name in PROJECTS if name not in CHOSEN]
OnDatabase = Callable[[Project, Mapping[str, Value]], Project]
# In some runs a socket of aiomysql stays open; why is not known. Python reports it when it collects
# garbage, during any later test.
LEAKED_SOCKETS = ("-W", "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
ACCOUNT = {"email": "ada@example.com", "password": "correct horse battery staple"}


@pytest.mark.parametrize("name", PRESETS)
def test_preset_is_created_serves_its_api_and_passes_its_own_tests(
    name: str, create: Create, on_bundled_database: OnDatabase, rendered: Render
) -> None:
    """The one test of whole projects that is not marked slow; no server has to be installed.

    Modules of tests that `full` has exactly as `standard` are run in `standard` alone. The slow
    tests run all tests of every preset.
    """
    project = create(PRESETS[name])
    project.run("uv sync")

    use_api(on_bundled_database(project, PRESETS[name]), PRESETS[name])

    modules = other_tests(project.path, rendered(PRESETS["standard"])) if name == "full" else []
    assert " passed" in project.run(["uv", "run", "pytest", "-n", "auto", *modules])


def other_tests(project: Path, other: Path) -> list[str]:
    """Return the modules of tests that another project lacks or has with another text."""
    paths = [path.relative_to(project) for path in sorted(project.glob("tests/**/test_*.py"))]
    found = [
        str(path)
        for path in paths
        if not (other / path).exists()
        or (other / path).read_bytes() != (project / path).read_bytes()
    ]
    assert 0 < len(found) < len(paths)
    return found


@pytest.mark.parametrize(
    "name",
    [
        *(pytest.param(name, marks=pytest.mark.slow) for name in CHOSEN),
        *(pytest.param(name, marks=pytest.mark.long) for name in REST),
    ],
)
def test_project_passes_the_checks_that_it_documents(
    name: str, create: Create, on_real_database: OnDatabase, subtests: pytest.Subtests
) -> None:
    """With CI they run as CI does, on a clone; without it where the owner is.

    The small presets keep their promise of coverage; the other projects are not slowed down by
    measuring it, and a test of its own measures `full`.
    """
    answers = PROJECTS[name]
    project = create(answers)
    migrations = list(MIGRATIONS[1:])
    if continuous(project.path):
        project = project.clone().with_environment(**pipeline_settings(project.path))
        migrations = list(MIGRATIONS)
    project.run("uv sync")
    project = on_real_database(project, answers)

    checks = [VERIFY] if name in MEASURED else checks_without_coverage(project)
    for command in (*checks, *migrations):
        with subtests.test(command):
            project.run(command)
    with subtests.test("edge cases"):
        added = add_edge_cases(project)
        project.run(["uv", "run", "ruff", "check", *added])
        if name in PRESETS:
            project.run("uv run mypy .")
        tests = [path for path in added if Path(path).name.startswith("test_")]
        options = LEAKED_SOCKETS if answers["database"] == "mysql" else ()
        project.run(["uv", "run", "pytest", *options, *tests])


@pytest.mark.long
def test_full_keeps_its_promise_of_coverage(create: Create, on_real_database: OnDatabase) -> None:
    project = create(PRESETS["full"])
    project.run("uv sync")

    on_real_database(project, PRESETS["full"]).run(VERIFY)


def checks_without_coverage(project: Project) -> list[str]:
    """Return the commands that `app verify` runs, but measure no coverage."""
    code = "from app.verify import COMMANDS; print(*COMMANDS, sep=chr(10))"
    checks = project.run(["uv", "run", "python", "-c", code]).splitlines()
    return [f"uv run {check}".removesuffix(" --cov") for check in checks]


def pipeline_settings(project: Path) -> dict[str, str]:
    """Return the settings of uv in a pipeline."""
    variables = pipeline_variables(project).items()
    return {name: value for name, value in variables if name.startswith("UV_")}


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
def test_project_serves_its_api(name: str, create: Create, on_real_database: OnDatabase) -> None:
    answers = PROJECTS[name]
    project = create(answers)
    project.run("uv sync")

    use_api(on_real_database(project, answers), answers)


def use_api(project: Project, answers: Answers) -> None:
    """Start the project, sign up and write something."""
    with project.serve("uv run fastapi dev") as anyone:
        assert anyone.request("GET", "/health")[0] == 200
        assert anyone.request("GET", "/docs")[0] == 200
        somebody = sign_up_and_log_in(anyone) if answers["auth"] else anyone
        if answers["items"]:
            assert somebody.request("POST", "/api/v1/items", body={"title": "First"})[0] == 201
            assert somebody.request("GET", "/api/v1/items?include_total=true")[1]["total"] == 1


def sign_up_and_log_in(client: Client) -> Client:
    """Log in as the Authorize button does."""
    status, _ = client.request("POST", "/api/v1/users", body=ACCOUNT)
    assert status == 201
    document = client.request("GET", "/openapi.json")[1]
    schemes = document["components"]["securitySchemes"].values()
    form = next(scheme["flows"]["password"] for scheme in schemes if "flows" in scheme)
    status, tokens = client.request(
        "POST",
        "/" + form["tokenUrl"].removeprefix("/"),
        form={
            "grant_type": "password",
            "username": ACCOUNT["email"],
            "password": ACCOUNT["password"],
        },
    )
    assert status == 200, tokens
    return Client(client.base, tokens["access_token"])


def test_the_chosen_rows_are_enough() -> None:
    for question in CATALOG.features | {"database": None}:
        assert len({PROJECTS[name][question] for name in CHOSEN}) >= 2


@pytest.mark.long
def test_tests_need_no_mysql(create: Create) -> None:
    """Without a server, they make do with SQLite."""
    project = create({**PRESETS["full"], "database": "mysql"})
    project.run("uv sync")

    assert " passed" in project.run("uv run pytest -n auto")


@pytest.mark.slow
def test_production_refuses_development_settings(create: Create) -> None:
    project = create(PRESETS["standard"]).with_environment(ENVIRONMENT="production")
    project.run("uv sync")

    with pytest.raises(AssertionError, match="ALLOWED_HOSTS"):
        project.with_environment(ALLOWED_HOSTS="*").run("uv run uvicorn app.main:app --port 0")


@pytest.mark.slow
def test_production_runs_as_the_readme_deploys_it(create: Create) -> None:
    """Nothing but the locked packages of production is there."""
    project = create({**PRESETS["standard"], "docker": False}).with_environment(
        ENVIRONMENT="production",
        ALLOWED_HOSTS="127.0.0.1",
        DOCS_ENABLED="false",
        MIGRATE_ON_START="false",
        SMTP_HOST="mail.example.org",
        MAIL_FROM="noreply@example.org",
        CELERY_BROKER_URL="redis://127.0.0.1:1/0",  # no server listens there
    )
    deployment = [command for command in documented(project.path) if "--no-dev" in command]
    for command in deployment[:-1]:
        project.run(command)

    with project.serve(deployment[-1]) as client:
        assert client.request("GET", "/health")[0] == 200
        assert client.request("GET", "/docs")[0] == 404


@pytest.mark.slow
def test_any_text_survives_installation(create: Create) -> None:
    description = """It's "quoted", {{ 7 * 7 }} \\ # {% if auth %} </script> %s 🚀"""
    project = create({**PRESETS["minimal"], "description": description, "author_name": '"A" {{x}}'})
    project.run("uv sync")

    with project.serve("uv run fastapi dev") as client:
        assert client.request("GET", "/openapi.json")[1]["info"]["description"] == description
