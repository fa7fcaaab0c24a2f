"""What a request costs: the API of generated projects beside a bare FastAPI application.

Projects that exist, with their environment in `.venv`, are measured instead of new ones:
`api.py before=/tmp/before after=/tmp/after`. It needs `wrk`, a PostgreSQL server
(NEWAPI_TEST_POSTGRES) and, for the full preset, a Redis server (TEST_REDIS_URL).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from load import Cost, Request, Server, database, serve
from measure import ENVIRONMENT, script

HERE = Path(__file__).parent
POSTGRES = os.environ.get(
    "NEWAPI_TEST_POSTGRES", "postgresql+asyncpg://root@127.0.0.1:5432/postgres"
)
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
ITEMS = 1000
PASSWORD = "correct horse battery staple"  # noqa: S105
READER, WRITER = (
    {"email": f"{name}@example.com", "password": PASSWORD} for name in ("ada", "charles")
)
CONNECTIONS = (8, 32)
PRODUCTION = {
    "ENVIRONMENT": "production",
    "ALLOWED_HOSTS": "127.0.0.1",
    "SECRET_KEY": "only-used-by-a-benchmark-on-this-machine",
    "DATABASE_POOL_SIZE": "10",
    "MIGRATE_ON_START": "false",
    "LOG_JSON": "true",
    "DOCS_ENABLED": "false",
    "PROCESS_TIME_HEADER": "false",
    "REDIS_URL": "",
    "RATE_LIMIT": "999999/second",
    "AUTH_RATE_LIMIT": "999999/second",
    "LOGIN_RATE_LIMIT_PER_USER": "999999/second",
    "CELERY_BROKER_URL": REDIS,
    "SMTP_HOST": "127.0.0.1",
    "SMTP_PORT": "9",
    "MAIL_FROM": "noreply@benchmark.example.org",
    "FRONTEND_URL": "https://benchmark.example.org",
    "PUBLIC_URL": "https://benchmark.example.org",
    "STORAGE_URL": "file:///tmp/newapi-benchmark-files",
}


@dataclass
class Application:
    """A running application, and what its requests cost in each round."""

    server: Server
    requests: dict[str, Request]
    costs: dict[tuple[str, int], list[Cost]] = field(default_factory=dict)


def main() -> None:
    """Measure the standard and the full preset on PostgreSQL, and the standard one on SQLite."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="*", metavar="NAME=FOLDER")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--database", choices=("postgres", "sqlite"), action="append")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in options.database or ("postgres", "sqlite"):
            projects = dict(project.split("=", 1) for project in options.projects)
            folders = {name: Path(path) for name, path in projects.items()}
            with ExitStack() as servers:
                applications = start(folders or create(folder, kind), folder, kind, servers)
                measure(applications, folder, options.rounds, options.seconds)
            report(applications, kind, options.rounds, options.seconds)


def create(folder: Path, kind: str) -> dict[str, Path]:
    """Create the projects of one kind of database and install what they need."""
    outside = {k: v for k, v in ENVIRONMENT.items() if not k.startswith(("UV_", "VIRTUAL_ENV"))}
    projects = {}
    for preset in ("standard", "full") if kind == "postgres" else ("standard",):
        name = f"{preset}-{kind}"
        command: list[str | Path] = [
            script("newapi"),
            "create",
            name,
            "--preset",
            preset,
            "--defaults",
            "--no-git",
        ]
        command += ["--no-lock", "--set", f"database={kind}"]
        subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)
        subprocess.run(["uv", "sync", "--quiet"], cwd=folder / name, env=outside, check=True)
        projects[preset] = folder / name
    return projects


def start(
    projects: Mapping[str, Path], folder: Path, kind: str, servers: ExitStack
) -> dict[str, Application]:
    """Start the bare application and the projects, each with a database of its own."""
    applications = {}
    python = next(iter(projects.values())) / ".venv/bin/python"
    for name, project in {"bare": HERE, **projects}.items():
        if kind == "sqlite":
            url = f"sqlite+aiosqlite:///{folder}/{name}.db"
        else:
            url = servers.enter_context(database(POSTGRES, f"newapi_{uuid4().hex}", python))
        settings = PRODUCTION | {"DATABASE_URL": url}
        if name == "bare":
            server = servers.enter_context(serve(python, HERE, "bare:app", settings))
        else:
            server = servers.enter_context(serve_project(project, settings))
        applications[name] = Application(server, prepare(server))
    return applications


def serve_project(
    project: Path, settings: dict[str, str], workers: int = 1
) -> AbstractContextManager[Server]:
    """Migrate the database of a project and run its application; the full preset uses Redis."""
    if (project / "app/core/cache.py").exists():
        settings = settings | {"REDIS_URL": REDIS, "REDIS_PREFIX": uuid4().hex}
    python = project / ".venv/bin/python"
    command: list[str | Path] = [python, "-m", "alembic", "upgrade", "head"]
    environment = {**ENVIRONMENT, **settings}
    subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True)
    return serve(python, project, "app.main:app", settings, workers)


def prepare(server: Server) -> dict[str, Request]:
    """Register a reader with items and a writer; return the requests to measure."""
    for account in (READER, WRITER):
        server.send(Request("POST", "/api/v1/users", account))
    reader, writer = (log_in(server, account) for account in (READER, WRITER))
    item = server.send(Request("POST", "/api/v1/items", {"title": "Item"}, reader), ITEMS)
    return {
        "/health/live": Request("GET", "/health/live"),
        "GET /users/me": Request("GET", "/api/v1/users/me", token=reader),
        "GET /items/{id}": Request("GET", f"/api/v1/items/{item['id']}", token=reader),
        "GET /items?limit=100": Request("GET", "/api/v1/items?limit=100", token=reader),
        "POST /items": Request("POST", "/api/v1/items", {"title": "New"}, writer),
    }


def log_in(server: Server, account: Mapping[str, str]) -> str:
    """Return an access token."""
    token: str = server.send(Request("POST", "/api/v1/auth/login", account))["access_token"]
    return token


def measure(
    applications: Mapping[str, Application], folder: Path, rounds: int, seconds: int
) -> None:
    """Send the same requests to all in turns, the first time unmeasured."""
    names = next(iter(applications.values())).requests
    for number in range(rounds + 1):
        for name in names:
            for connections in CONNECTIONS:
                for application in applications.values():
                    request = application.requests[name]
                    cost = application.server.load(request, folder, connections, seconds)
                    if number:
                        application.costs.setdefault((name, connections), []).append(cost)


def report(applications: Mapping[str, Application], kind: str, rounds: int, seconds: int) -> None:
    """Print a table; ratios are of medians, against the first application."""
    print(f"\n{kind}: {rounds} rounds of {seconds} s, {ITEMS} items, {os.cpu_count()} cores,")
    print(f"load {os.getloadavg()[0]:.1f}; medians\n")
    print("| request | connections | server | CPU µs a request | ratio | requests/s | ratio "
          "| p50 ms | p99 ms |")  # fmt: skip
    print("| --- | ---: | --- | --- | ---: | ---: | ---: | ---: | ---: |")
    bare, *_ = applications.values()
    for (name, connections), costs in bare.costs.items():
        first = median(costs)
        for server, application in applications.items():
            mine = application.costs[name, connections]
            cost = median(mine)
            low, high = min(each.cpu for each in mine), max(each.cpu for each in mine)
            print(f"| {name} | {connections} | {server} | {cost.cpu:.0f} [{low:.0f}..{high:.0f}] "
                  f"| {cost.cpu / first.cpu:.2f} | {cost.rate:.0f} | {cost.rate / first.rate:.2f} "
                  f"| {cost.p50:.1f} | {cost.p99:.1f} |")  # fmt: skip


def median(costs: list[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(
        cpu=statistics.median(cost.cpu for cost in costs),
        rate=statistics.median(cost.rate for cost in costs),
        p50=statistics.median(cost.p50 for cost in costs),
        p99=statistics.median(cost.p99 for cost in costs),
    )


if __name__ == "__main__":
    main()
