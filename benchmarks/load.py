"""Servers on this machine, and what their requests cost under the load of wrk."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from measure import ENVIRONMENT

TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 120
SCRIPT = """
wrk.method, wrk.body = %s, %s
function done(summary, latency)
   local errors = summary.errors
   print("RESULT", summary.requests, summary.duration, latency:percentile(50),
         latency:percentile(99), errors.status + errors.connect + errors.read + errors.timeout)
end
"""


@dataclass(frozen=True)
class Request:
    """A request that is sent again and again."""

    method: str
    path: str
    body: object = None
    token: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the request."""
        headers = {"Content-Type": "application/json"}
        return headers | {"Authorization": f"Bearer {self.token}"} if self.token else headers


@dataclass(frozen=True)
class Cost:
    """Microseconds of CPU for one request, requests a second, and latencies in milliseconds."""

    cpu: float
    rate: float
    p50: float
    p99: float


@dataclass
class Server:
    """A server: its process and its port."""

    process: subprocess.Popen[bytes]
    port: int

    def send(self, request: Request, times: int = 1) -> Any:
        """Send a request some times over one connection; return the JSON of the last answer.

        Raises:
            RuntimeError: If an answer is an error.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        answer, body = b"", None if request.body is None else json.dumps(request.body)
        for _ in range(times):
            connection.request(request.method, request.path, body, request.headers)
            response = connection.getresponse()
            answer = response.read()
            if response.status >= 400:
                raise RuntimeError(f"{request}: {response.status} {answer.decode()}")
        connection.close()
        content = json.loads(answer or "{}")
        return content.get("data", content)  # the full preset wraps responses in an envelope

    def cpu_seconds(self) -> float:
        """Return the seconds of CPU that the process and its children have used (Linux)."""
        return sum(
            (int(fields[11]) + int(fields[12])) / TICKS for fields in map(read_stat, self.pids())
        )

    def memory(self) -> int:
        """Return the kilobytes of memory that the process and its children hold (Linux)."""
        pages = sum(int(read_stat(pid)[21]) for pid in self.pids())
        return pages * os.sysconf("SC_PAGE_SIZE") // 1024

    def pids(self) -> list[int]:
        """Return the id of the process and those of its children."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    def load(self, request: Request, folder: Path, connections: int, seconds: int) -> Cost:
        """Send a request from several connections for some seconds; return what it costs.

        Raises:
            RuntimeError: If any answer is an error.
        """
        body = "nil" if request.body is None else json.dumps(json.dumps(request.body))
        script = folder / f"{self.port}.lua"
        script.write_text(SCRIPT % (json.dumps(request.method), body))
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", f"-s{script}"]
        command += [f"-H{name}: {value}" for name, value in request.headers.items()]
        before = self.cpu_seconds()
        done = subprocess.run(
            [*command, f"http://127.0.0.1:{self.port}{request.path}"],
            check=True,
            capture_output=True,
            text=True,
        )
        used = self.cpu_seconds() - before
        [line] = [line for line in done.stdout.splitlines() if line.startswith("RESULT")]
        requests, duration, p50, p99, errors = map(float, line.split()[1:])
        if errors or not requests:
            raise RuntimeError(f"{request}: {errors:.0f} errors in {requests:.0f} requests")
        return Cost(used / requests * 1e6, requests / duration * 1e6, p50 / 1e3, p99 / 1e3)


def read_stat(pid: int) -> list[str]:
    """Return the fields that the kernel tells about a process, from its state on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


@contextmanager
def serve(
    python: Path, cwd: Path, app: str, settings: Mapping[str, str], workers: int = 1
) -> Iterator[Server]:
    """Run an application in uvicorn, with uvloop and httptools.

    Raises:
        RuntimeError: If it does not answer in time.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command: list[str | Path] = [python, "-m", "uvicorn", app, f"--port={port}"]
    command += [f"--workers={workers}", "--loop=uvloop", "--http=httptools"]
    command += ["--no-access-log", "--no-server-header"]
    log = Path(gettempdir()) / f"{app.partition(':')[0]}-{port}.log"  # never in the repository
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, cwd=cwd, env={**ENVIRONMENT, **settings}, stdout=output, stderr=output
        ) as process,
    ):
        server = Server(process, port)
        try:
            wait(server, log)
            yield server
        finally:
            process.terminate()
            process.wait()
            log.unlink()


def wait(server: Server, log: Path) -> None:
    """Wait until a server answers.

    Raises:
        RuntimeError: If it does not answer in time.
    """
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.send(Request("GET", "/health/live"))
        except OSError:
            if time.monotonic() > deadline or server.process.poll() is not None:
                raise RuntimeError(f"no server:\n{log.read_text()[-2000:]}") from None
            time.sleep(0.1)
        else:
            return


@contextmanager
def database(url: str, name: str, python: Path) -> Iterator[str]:
    """Yield the URL of a new, empty PostgreSQL database beside the one in the URL."""
    server = url.rpartition("/")[0]
    execute(python, url, f"CREATE DATABASE {name}")
    try:
        yield f"{server}/{name}"
    finally:
        execute(python, url, f"DROP DATABASE {name} WITH (FORCE)")


STATEMENT = """
import asyncio, sys
import asyncpg

async def main(url, statement):
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    print(await connection.fetchval(statement))

asyncio.run(main(*sys.argv[1:]))
"""


def execute(python: Path, url: str, statement: str) -> str:
    """Execute a statement on PostgreSQL; return the first value of its result."""
    done = subprocess.run(
        [python, "-c", STATEMENT, url, statement],
        check=True,
        stdout=subprocess.PIPE,
        stderr=sys.stderr,
        text=True,
    )
    return done.stdout.strip()
