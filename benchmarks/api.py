"""What a request costs: a generated project's API beside a bare FastAPI application."""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from create import CREATE
from measure import ENVIRONMENT

ROUNDS, REQUESTS, CLIENTS = 5, 400, 4
ACCOUNT = {"email": "ada@example.com", "password": "correct horse battery staple"}
TICKS = os.sysconf("SC_CLK_TCK")
HERE = Path(__file__).parent


@dataclass
class Server:
    """A running server, and what its requests took: microseconds of CPU, and how many a second."""

    pid: int
    port: int
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    cpu: dict[str, list[float]] = field(default_factory=dict)
    rate: dict[str, list[float]] = field(default_factory=dict)

    def send(self, method: str, path: str, body: object = None, times: int = 1) -> bytes:
        """Send a request some times over one connection; return the last answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        answer, content = b"", None if body is None else json.dumps(body)
        for _ in range(times):
            connection.request(method, path, content, self.headers)
            response = connection.getresponse()
            answer = response.read()
            if response.status >= 400:
                raise RuntimeError(f"{method} {path}: {response.status} {answer.decode()}")
        connection.close()
        return answer

    def used(self) -> float:
        """Return the seconds of CPU that the server has used (Linux)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def measure(self, name: str, method: str, path: str, body: object) -> None:
        """Send many requests from several clients."""
        cpu, started = self.used(), time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as clients:
            each = REQUESTS // CLIENTS
            sent = [clients.submit(self.send, method, path, body, each) for _ in range(CLIENTS)]
            for future in sent:
                future.result()
        self.cpu.setdefault(name, []).append((self.used() - cpu) / REQUESTS * 1e6)
        self.rate.setdefault(name, []).append(REQUESTS / (time.perf_counter() - started))


@contextmanager
def serve(python: Path, cwd: Path, app: str, settings: Mapping[str, str]) -> Iterator[Server]:
    """Run an application in one process of uvicorn."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command: list[str | Path] = [python, "-m", "uvicorn", app, f"--port={port}", "--no-access-log"]
    command += ["--log-level=warning"]
    environment = {**ENVIRONMENT, **settings}
    with subprocess.Popen(command, cwd=cwd, env=environment, stderr=subprocess.DEVNULL) as process:
        server = Server(process.pid, port)
        try:
            for _ in range(300):
                time.sleep(0.1)
                try:
                    server.send("GET", "/health/live")
                    break
                except OSError:
                    continue
            yield server
        finally:
            process.terminate()


def main() -> None:
    """Measure the API of the standard preset, on SQLite, with limits that nobody reaches."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as servers:
        folder = Path(name)
        command = [*CREATE, "--no-git"]
        subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)
        project = folder / "demo"
        outside = {k: v for k, v in ENVIRONMENT.items() if not k.startswith(("UV_", "VIRTUAL_ENV"))}
        subprocess.run(["uv", "sync", "--quiet"], cwd=project, env=outside, check=True)
        python = project / ".venv/bin/python"
        bare = {"DATABASE_URL": f"sqlite+aiosqlite:///{folder}/bare.db", "PYTHONPATH": str(HERE)}
        limits = dict.fromkeys(
            ("RATE_LIMIT", "LOGIN_RATE_LIMIT", "LOGIN_RATE_LIMIT_PER_ACCOUNT"), "999999/second"
        )
        contestants = {
            "bare": servers.enter_context(serve(python, folder, "bare:app", bare)),
            "newapi": servers.enter_context(serve(python, project, "app.main:app", limits)),
        }
        contestants["newapi"].send("POST", "/api/v1/users", ACCOUNT)
        compare(contestants)


def compare(contestants: Mapping[str, Server]) -> None:
    """Send the same requests to both in turns, the first time unmeasured, and print a table."""
    items: dict[str, str] = {}
    for name, server in contestants.items():
        pair = json.loads(server.send("POST", "/api/v1/auth/login", ACCOUNT))
        server.headers["Authorization"] = f"Bearer {pair['access_token']}"
        last = server.send("POST", "/api/v1/items", {"title": "Item"}, times=20)
        items[name] = f"/api/v1/items/{json.loads(last)['id']}"
    cases = ("health", "who calls", "one item", "20 items", "new item")
    for number in range(ROUNDS + 1):
        for case in cases:
            for name, server in contestants.items():
                method, path, body = {
                    "health": ("GET", "/health/live", None),
                    "who calls": ("GET", "/api/v1/users/me", None),
                    "one item": ("GET", items[name], None),
                    "20 items": ("GET", "/api/v1/items?limit=20", None),
                    "new item": ("POST", "/api/v1/items", {"title": "New"}),
                }[case]
                server.measure(case, method, path, body)
                if not number:
                    server.cpu[case].clear()
                    server.rate[case].clear()
    print(
        f"{ROUNDS} rounds of {REQUESTS} requests from {CLIENTS} clients on {os.cpu_count()} cores,"
    )
    print(f"load {os.getloadavg()[0]:.1f}; medians [min..max]\n")
    print("| request | server | CPU µs a request | ratio | requests/s | ratio |")
    print("| --- | --- | --- | ---: | --- | ---: |")
    for case in cases:
        first = contestants["bare"]
        for name, server in contestants.items():
            cpu, rate = server.cpu[case], server.rate[case]
            ratios = [
                statistics.median(mine) / statistics.median(base)
                for mine, base in ((cpu, first.cpu[case]), (rate, first.rate[case]))
            ]
            print(f"| {case} | {name} | {spread(cpu)} | {ratios[0]:.2f} | {spread(rate)} "
                  f"| {ratios[1]:.2f} |")  # fmt: skip


def spread(values: list[float]) -> str:
    """Return a median and what lies around it."""
    return f"{statistics.median(values):.0f} [{min(values):.0f}..{max(values):.0f}]"


if __name__ == "__main__":
    main()
