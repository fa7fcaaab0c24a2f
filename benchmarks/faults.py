"""What callers of a generated project meet while a server that it uses is stopped, hung or full.

The full preset runs with two processes and a Celery worker, on a PostgreSQL and two Redis servers
of its own, behind proxies that can stop forwarding. `faults.py FOLDER` uses a project that exists,
with its environment in `.venv`. It needs `initdb` (in PG_BIN) and `redis-server`.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from api import PASSWORD, PRODUCTION, create
from measure import ENVIRONMENT

BEFORE, DURING, AFTER = 2, 8, 8  # seconds
RATE = 20  # requests a second
OK = {200, 201, 202, 204}


class Proxy:
    """Forwards connections to a port until it is told to hang."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._forwarding = threading.Event()
        self._forwarding.set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def hang(self) -> None:
        """Accept connections and bytes, and forward nothing."""
        self._forwarding.clear()

    def resume(self) -> None:
        """Forward everything again."""
        self._forwarding.set()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        self._forwarding.wait()
        try:
            server = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            client.close()
            return
        back = threading.Thread(target=self._forward, args=(server, client), daemon=True)
        back.start()
        self._forward(client, server)

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._forwarding.wait()
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@dataclass
class Postgres:
    """A PostgreSQL server of its own, which may have few connections."""

    folder: Path
    port: int

    def run(self, program: str, *arguments: str) -> str:
        """Run a program of PostgreSQL, as the user `postgres` where this one is root."""
        user = "postgres" if os.geteuid() == 0 else None
        command = [str(postgres_programs() / program), *arguments]
        done = subprocess.run(command, user=user, check=True, stdout=subprocess.PIPE)
        return done.stdout.decode()

    def start(self) -> None:
        """Start the server and wait for it."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        log = f"{self.folder}/log"
        self.run("pg_ctl", "start", "-w", "-D", f"{self.folder}/data", "-l", log, "-o", options)

    def stop(self) -> None:
        """Stop the server at once, as a crash does."""
        self.run("pg_ctl", "stop", "-m", "immediate", "-D", f"{self.folder}/data")

    def query(self, sql: str) -> str:
        """Return what psql prints for a query."""
        address = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "app", "-d", "postgres")
        return self.run("psql", "-qtAX", *address, "-c", sql)


@dataclass
class Redis:
    """A Redis server of its own."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait for it."""
        command = ["redis-server", "--port", str(self.port), "--save", "", "--bind", "127.0.0.1"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for(self.port)

    def stop(self) -> None:
        """Kill the server."""
        if self.process:
            self.process.kill()
            self.process.wait()


@dataclass
class Answer:
    """An answer to a request: when it was sent, its status and how long it took."""

    path: str
    sent: float
    status: int
    seconds: float
    row: str = ""


@dataclass
class Project:
    """A running project and the servers that it uses."""

    folder: Path
    python: Path
    environment: dict[str, str]
    port: int
    log: Path
    postgres: Postgres
    cache: Redis
    broker: Redis
    proxies: dict[str, Proxy]
    api: subprocess.Popen[bytes] | None = None
    worker: subprocess.Popen[bytes] | None = None
    token: str = ""

    def start_api(self) -> None:
        """Start the API and wait for it."""
        command = [str(self.python), "-m", "uvicorn", "app.main:app", "--port", str(self.port)]
        self.api = self.start(*command, "--workers", "2", "--no-access-log")
        wait_for(self.port)

    def start_worker(self) -> None:
        """Start a Celery worker, with beat."""
        schedule = f"--schedule={self.log.parent}/beat"
        command = [str(self.python), "-m", "celery", "--app=app.worker.celery_app", "worker"]
        self.worker = self.start(*command, "--concurrency=2", "--beat", schedule)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a process that writes to the log."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def request(self, method: str, path: str, body: object = None) -> Answer:
        """Send a request; the status is 0 where no answer came."""
        sent, status, row = time.monotonic(), 0, ""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        content = None if body is None else json.dumps(body).encode()
        if path.endswith("/process-file"):
            headers["Content-Type"] = "multipart/form-data; boundary=b"
            head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
            content = head + b"some words\r\n--b--\r\n"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request(method, path, content, headers)
            response = connection.getresponse()
            text = response.read()
            status = response.status
            data = json.loads(text or b"{}")
            data = data.get("data", data) or {}
            if "access_token" in data:
                row = data["access_token"]
            else:
                row = data.get("id") or data.get("task_id") or ""
        connection.close()
        return Answer(path, sent, status, time.monotonic() - sent, row)


Fault = tuple[Callable[[Project], object], Callable[[Project], object]]


def hang(name: str) -> Fault:
    """Return the fault of a server that accepts connections and does not answer."""
    return (
        lambda project: project.proxies[name].hang(),
        lambda project: project.proxies[name].resume(),
    )


def lock_table(project: Project) -> None:
    """Hold a lock that every request with an item waits for."""
    sql = f"BEGIN; LOCK TABLE items; SELECT pg_sleep({DURING - 1}); COMMIT"
    threading.Thread(target=project.postgres.query, args=(sql,), daemon=True).start()


def take_connections(project: Project) -> None:
    """Take most connections of the server for a second."""
    for _ in range(30):
        sql = "SELECT pg_sleep(1)"
        threading.Thread(target=try_query, args=(project, sql), daemon=True).start()


def try_query(project: Project, sql: str) -> None:
    """Run a query, which may find no free connection."""
    with contextlib.suppress(subprocess.CalledProcessError):
        project.postgres.query(sql)


def kill_worker(project: Project) -> None:
    """Kill the Celery worker with its processes."""
    if project.worker:
        os.killpg(project.worker.pid, signal.SIGKILL)
        project.worker.wait()


def restart_api(project: Project) -> None:
    """Stop the API with SIGTERM, and start it again."""
    if project.api:
        started = time.monotonic()
        project.api.terminate()
        project.api.wait()
        print(f"  SIGTERM took {time.monotonic() - started:.1f} s", flush=True)
    project.start_api()


def nothing(_: Project) -> None:
    """Do nothing."""


FAULTS: dict[str, Fault] = {
    "none": (nothing, nothing),
    "database stopped": (lambda p: p.postgres.stop(), lambda p: p.postgres.start()),
    "database hangs": hang("database"),
    "table locked": (lock_table, nothing),
    "no free connection": (take_connections, nothing),
    "Redis stopped": (lambda p: p.cache.stop(), lambda p: p.cache.start()),
    "Redis hangs": hang("cache"),
    "broker stopped": (lambda p: p.broker.stop(), lambda p: p.broker.start()),
    "broker hangs": hang("broker"),
    "worker killed": (kill_worker, lambda p: p.start_worker()),
    "SIGTERM": (restart_api, nothing),
}


def main() -> None:
    """Replay each fault under load, and print what callers met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", nargs="?", type=Path)
    parser.add_argument("--only", action="append", choices=FAULTS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        home = options.project or create(folder, "postgres")["full"]
        project = stack.enter_context(run_project(home.absolute(), folder))
        print(
            "| fault | answers during it | slowest | live, slowest | ready follows | recovers |"
            " log lines | lost |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
        )
        for fault in options.only or FAULTS:
            replay(project, fault)
        print(report_tasks(project))
        print(report_migrations(project))
        print(report_logins(project))


@contextmanager
def run_project(home: Path, folder: Path) -> Iterator[Project]:
    """Start the servers and the project, and stop all of them."""
    data = folder / "postgres"
    data.mkdir()
    if os.geteuid() == 0:
        shutil.chown(data, "postgres")
    postgres = Postgres(data, free_port())
    postgres.run("initdb", "-A", "trust", "-U", "app", "-D", f"{data}/data")
    with (data / "data/postgresql.conf").open("a") as configuration:
        configuration.write("max_connections = 40\n")
    cache, broker = Redis(free_port()), Redis(free_port())
    servers = (postgres, cache, broker)
    for server in servers:
        server.start()
    proxies = {
        "database": Proxy(postgres.port),
        "cache": Proxy(cache.port),
        "broker": Proxy(broker.port),
    }
    settings = {
        "DATABASE_URL": f"postgresql+asyncpg://app@127.0.0.1:{proxies['database'].port}/postgres",
        "DATABASE_POOL_SIZE": "5",
        "REDIS_URL": f"redis://127.0.0.1:{proxies['cache'].port}/0",
        "CELERY_BROKER_URL": f"redis://127.0.0.1:{proxies['broker'].port}/0",
        "CELERY_RESULT_BACKEND": f"redis://127.0.0.1:{proxies['cache'].port}/1",
        "STORAGE_URL": f"file://{folder}/files",
    }
    environment = {**ENVIRONMENT, **PRODUCTION, **settings}
    python = home / ".venv/bin/python"
    upgrade = [str(python), "-m", "alembic", "upgrade", "head"]
    subprocess.run(upgrade, cwd=home, env=environment, check=True, capture_output=True)
    log = folder / "log"
    ports = (free_port(), log)
    project = Project(home, python, environment, *ports, postgres, cache, broker, proxies)
    try:
        project.start_api()
        project.start_worker()
        sign_in(project)
        yield project
    finally:
        for process in (project.api, project.worker):
            if process and process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for server in servers:
            server.stop()


def sign_in(project: Project) -> None:
    """Sign up and sign in the user whose requests are sent."""
    user = {"email": "ada@example.com", "password": PASSWORD}
    project.request("POST", "/api/v1/users", user)
    project.token = project.request("POST", "/api/v1/auth/login", user).row


def replay(project: Project, name: str) -> None:
    """Replay a fault under load, and print a line of the table."""
    start, end = FAULTS[name]
    answers: list[Answer] = []
    log_size = project.log.stat().st_size
    with ThreadPoolExecutor(200) as pool:
        stop = threading.Event()
        load = pool.submit(send_load, project, pool, answers, stop)
        time.sleep(BEFORE)
        began = time.monotonic()
        start(project)
        time.sleep(max(0, DURING - (time.monotonic() - began)))
        end(project)
        ended = time.monotonic()
        time.sleep(AFTER)
        stop.set()
        load.result()
    print(f"| {name} {describe(answers, began, ended)}", end="")
    print(f" | {count_errors(project, log_size)} | {count_lost(project, answers)} |", flush=True)


def send_load(
    project: Project, pool: ThreadPoolExecutor, answers: list[Answer], stop: threading.Event
) -> None:
    """Send requests of each kind in turn at a fixed rate."""
    requests: list[tuple[str, str, object]] = [
        ("GET", "/api/v1/users/me", None),
        ("POST", "/api/v1/items", {"title": "a"}),
        ("GET", "/api/v1/items", None),
        ("POST", "/api/v1/tasks/process-file", None),
        ("GET", "/health/ready", None),
        ("GET", "/health/live", None),
    ]
    number = 0
    while not stop.wait(1 / RATE):
        request = requests[number % len(requests)]
        number += 1
        pool.submit(send, project, answers, *request)


def send(project: Project, answers: list[Answer], method: str, path: str, body: object) -> None:
    """Send a request and keep the answer."""
    answers.append(project.request(method, path, body))


def describe(answers: list[Answer], began: float, ended: float) -> str:
    """Return what callers met during a fault and after it, as cells of the table."""
    calls = [a for a in answers if "/health/" not in a.path]
    during = [a for a in calls if began <= a.sent < ended]
    statuses = Counter(a.status for a in during)
    live = [a.seconds for a in answers if a.path == "/health/live"]
    ready = [a for a in answers if a.path == "/health/ready" and a.sent >= began]
    not_ready = [a.sent + a.seconds - began for a in ready if a.status not in OK]
    failed = [a.sent + a.seconds - ended for a in calls if a.sent >= ended and a.status not in OK]
    return (
        f"| {', '.join(f'{number} of {status}' for status, number in sorted(statuses.items()))}"
        f" | {max(a.seconds for a in during):.1f} s | {max(live):.1f} s"
        f" | {f'not ready after {min(not_ready):.1f} s' if not_ready else 'stays ready'}"
        f" | {f'{max(failed):.1f} s' if failed else 'at once'}"
    )


def count_errors(project: Project, start: int) -> int:
    """Return how many lines of the log after this offset tell of an error."""
    with project.log.open("rb") as log:
        log.seek(start)
        return sum(is_error(line) for line in log.read().decode().splitlines())


def is_error(line: str) -> bool:
    """Return whether a line of the log tells of an error."""
    return '"level": "error"' in line or '"level": "warning"' in line or line.startswith("Trace")


def count_lost(project: Project, answers: list[Answer]) -> int:
    """Return how many rows are missing that were answered with 201 or 202."""
    stored = set(project.postgres.query("SELECT id FROM items UNION SELECT id FROM tasks").split())
    return sum(a.row not in stored for a in answers if a.status in {201, 202})


def report_tasks(project: Project) -> str:
    """Return how the tasks of all faults ended, after waiting for the outbox."""
    sql = "SELECT status, count(*) FROM tasks GROUP BY status"
    give_up_at = time.monotonic() + 150
    while "QUEUED" in project.postgres.query(sql).upper() and time.monotonic() < give_up_at:
        time.sleep(2)
    folder = Path(project.environment["STORAGE_URL"].removeprefix("file://"))
    files = sum(path.is_file() for path in folder.rglob("*"))
    return f"Tasks: {project.postgres.query(sql).split()}; uploads left: {files}"


def report_migrations(project: Project) -> str:
    """Return how three migrations of an empty database at once end."""
    name = f"m{uuid4().hex}"
    project.postgres.query(f"CREATE DATABASE {name}")
    url = f"postgresql+asyncpg://app@127.0.0.1:{project.postgres.port}/{name}"
    command = [str(project.python), "-m", "alembic", "upgrade", "head"]
    environment = project.environment | {"DATABASE_URL": url}
    running = [
        subprocess.Popen(command, cwd=project.folder, env=environment, stderr=subprocess.DEVNULL)
        for _ in range(3)
    ]
    return f"Three migrations at once: exit codes {[process.wait() for process in running]}"


def report_logins(project: Project) -> str:
    """Return what fifty sign-ins a second for five seconds meet."""
    user = {"email": "ada@example.com", "password": PASSWORD}
    answers: list[Answer] = []
    live: list[float] = []
    with ThreadPoolExecutor(300) as pool:
        for number in range(250):
            pool.submit(lambda: answers.append(project.request("POST", "/api/v1/auth/login", user)))
            if number % 10 == 0:
                pool.submit(lambda: live.append(project.request("GET", "/health/live").seconds))
            time.sleep(0.02)
    statuses = Counter(a.status for a in answers)
    return (
        f"50 sign-ins a second: {dict(statuses)}, median"
        f" {statistics.median(a.seconds for a in answers):.2f} s, slowest"
        f" {max(a.seconds for a in answers):.1f} s, live at most {max(live):.1f} s"
    )


def postgres_programs() -> Path:
    """Return the folder of the programs of PostgreSQL."""
    if folder := os.environ.get("PG_BIN"):
        return Path(folder)
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else sys.exit("Set PG_BIN to the folder of initdb.")


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """Wait until a server listens on this port."""
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    sys.exit(f"Nothing listens on port {port}.")


if __name__ == "__main__":
    main()
