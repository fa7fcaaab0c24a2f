"""How a generated project's API scales: with rows, processes, many requests, and logins.

`scale.py PROJECT` measures a project on PostgreSQL that exists, with its environment in `.venv`.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from api import POSTGRES, PRODUCTION, READER, log_in, serve_project
from load import Request, Server, database, execute

ROWS = (1_000, 100_000, 1_000_000)
WORKERS = (1, 2, 4)
REQUESTS = 100_000
LOGINS_PER_SECOND = 8
LISTS = {
    "first page": "",
    "with total": "&include_total=true",
    "by title": "&sort=title",
    "search": "&search=Item+99",
    "skip 900": "&skip=900",
}
SORTS = ("-created_at", "title")
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
ADD_ITEMS = """
INSERT INTO items (id, owner_id, title, created_at, updated_at)
SELECT gen_random_uuid(), users.id, 'Item ' || n, moment, moment
FROM users, generate_series({first}, {last}) n, LATERAL (
    SELECT timestamptz '2026-01-01' + n * interval '1 second' AS moment
) moments
"""


@dataclass(frozen=True)
class Site:
    """A running server and its database, a folder for scripts, and the token of a user."""

    server: Server
    folder: Path
    token: str
    url: str
    python: Path

    def query(self, statement: str) -> str:
        """Execute a statement on the database; return the first value of its result."""
        return execute(self.python, self.url, statement)


def main() -> None:
    """Measure one project in four ways, and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("--rows", type=int, default=max(ROWS))
    parser.add_argument("--requests", type=int, default=REQUESTS)
    options = parser.parse_args()
    project, python = options.project, options.project / ".venv/bin/python"
    with (
        tempfile.TemporaryDirectory() as name,
        database(POSTGRES, f"newapi_{uuid4().hex}", python) as url,
    ):
        folder, settings = Path(name), PRODUCTION | {"DATABASE_URL": url}
        with serve_project(project, settings) as server:
            server.send(Request("POST", "/api/v1/users", READER))
            token = log_in(server, READER)
            site = Site(server, folder, token, url, python)
            measure_many_requests(site, options.requests)
            measure_logins(site)
            measure_lists(site, options.rows)
        measure_workers(project, settings, folder)


def measure_lists(site: Site, limit: int) -> None:
    """Print what a page costs in lists of different lengths."""
    print("\n| rows | page | CPU µs a request | p50 ms | p99 ms |")
    print("| ---: | --- | ---: | ---: | ---: |")
    present = 0
    for rows in (rows for rows in ROWS if rows <= limit):
        site.query(ADD_ITEMS.format(first=present + 1, last=rows))
        site.query("ANALYZE items")
        present = rows
        cursors = {f"late page by {sort}": late_page(site, sort, rows) for sort in SORTS}
        for name, parameters in {**LISTS, **cursors}.items():
            request = Request("GET", f"/api/v1/items?limit=20{parameters}", token=site.token)
            cost = site.server.load(request, site.folder, 2, 2)
            print(f"| {rows} | {name} | {cost.cpu:.0f} | {cost.p50:.1f} | {cost.p99:.1f} |")


def late_page(site: Site, sort: str, rows: int) -> str:
    """Return the parameters of a page behind nine tenths of the rows."""
    path = f"/api/v1/items?limit=1&sort={sort}&skip={rows * 9 // 10}"
    cursor = site.server.send(Request("GET", path, token=site.token))["next_cursor"]
    return f"&sort={sort}&cursor={cursor}"


def measure_workers(project: Path, settings: dict[str, str], folder: Path) -> None:
    """Print the requests a second of one, two and four processes."""
    print("\n| processes | requests/s | p99 ms |\n| ---: | ---: | ---: |")
    for workers in WORKERS:
        with serve_project(project, settings, workers) as server:
            request = Request("GET", "/api/v1/users/me", token=log_in(server, READER))
            server.load(request, folder, 32, 1)
            cost = server.load(request, folder, 32, 3)
        print(f"| {workers} | {cost.rate:.0f} | {cost.p99:.1f} |")


def measure_many_requests(site: Site, requests: int) -> None:
    """Print the memory and the connections of the server before and after many requests."""
    request = Request("GET", "/api/v1/users/me", token=site.token)
    rate = site.server.load(request, site.folder, 32, 5).rate
    print("\n| requests | memory KB | connections |\n| ---: | ---: | ---: |")
    print(f"| {rate * 5:.0f} | {site.server.memory()} | {site.query(CONNECTIONS)} |")
    site.server.load(request, site.folder, 32, max(1, round(requests / rate)))
    print(f"| {rate * 5 + requests:.0f} | {site.server.memory()} | {site.query(CONNECTIONS)} |")


def measure_logins(site: Site) -> None:
    """Print the latency of other requests while passwords are checked."""
    print("\n| request | logins a second | p50 ms | p99 ms |\n| --- | ---: | ---: | ---: |")
    for path, sent in (("/health/live", ""), ("/api/v1/users/me", site.token)):
        request = Request("GET", path, token=sent)
        for logins in (0, LOGINS_PER_SECOND):
            with logging_in(site.server, logins):
                cost = site.server.load(request, site.folder, 2, 5)
            print(f"| {path} | {logins} | {cost.p50:.1f} | {cost.p99:.1f} |")


@contextmanager
def logging_in(server: Server, rate: int) -> Iterator[None]:
    """Log in so many times a second, each in a thread of its own."""
    stop = threading.Event()

    def log_in_again() -> None:
        while not stop.is_set():
            started = time.monotonic()
            log_in(server, READER)
            stop.wait(max(0, 1 - (time.monotonic() - started)))

    threads = [threading.Thread(target=log_in_again) for _ in range(rate)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main()
