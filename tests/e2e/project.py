"""A generated project on disk, and how to work in it as its owner would."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

STARTUP_SECONDS = 120
POSTGRES = """
import sys
from tests.postgres import open_server

with open_server() as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True)
class Project:
    """A project and the environment variables its commands see."""

    path: Path
    environment: Mapping[str, str]

    def with_environment(self, **variables: str) -> Project:
        """Return the same project with more environment variables."""
        return replace(self, environment={**self.environment, **variables})

    def clone(self) -> Project:
        """Return a clone, which has the committed files only."""
        path = self.path.parent / "clone" / self.path.name
        self.run(["git", "clone", "--quiet", str(self.path), str(path)])
        return replace(self, path=path)

    def run(self, command: str | Sequence[str]) -> str:
        """Run one command, a string as a shell would, and return its output."""
        __tracebackhide__ = True
        shell = ["bash", "-euo", "pipefail", "-c"]
        result: subprocess.CompletedProcess[str] = subprocess.run(
            [*shell, command] if isinstance(command, str) else command,
            cwd=self.path,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert result.returncode == 0, (
            f"{command} ended with {result.returncode}\n{result.stdout[-6000:]}"
        )
        return result.stdout

    @contextmanager
    def serve(self, command: str) -> Iterator[Client]:
        """Start a server as a process of its own, and stop it afterwards."""
        port = free_port()
        log = self.path.parent / f"server-{port}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command.split(), "--port", str(port)],
                cwd=self.path,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        client = Client(f"http://127.0.0.1:{port}")
        try:
            assert client.answers_before(time.monotonic() + STARTUP_SECONDS, process), (
                f"{command}\n{log.read_text(encoding='utf-8')[-6000:]}"
            )
            yield client
        finally:
            stop(process)

    @contextmanager
    def bundled_postgres(self) -> Iterator[str]:
        """Start the PostgreSQL server that the project's tests use, and yield its URL."""
        with subprocess.Popen(
            ["uv", "run", "python", "-c", POSTGRES],
            cwd=self.path,
            env=dict(self.environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout
            yield process.stdout.readline().strip()
            process.communicate()


@dataclass(frozen=True)
class Client:
    """Talks HTTP to one server."""

    base: str
    token: str = ""

    def answers_before(self, deadline: float, process: subprocess.Popen[bytes]) -> bool:
        """Wait until the server answers, dies or is too late."""
        while process.poll() is None and time.monotonic() < deadline:
            try:
                return self.request("GET", "/health/live")[0] < 300
            except OSError:
                time.sleep(0.05)
        return False

    def request(
        self, method: str, path: str, *, body: object = None, form: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Send one request; return the status and the decoded body."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data: bytes | None = None
        if form is not None:
            data = urlencode(form).encode()
        elif body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, decoded(response.read())
        except urllib.error.HTTPError as error:
            return error.code, decoded(error.read())


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a server to stop, and kill the rest of its process group.

    Only the process that was started gets the signal, and passes it on: a second SIGTERM within
    the handler of the first can block the reloader of `fastapi dev` for ever.
    """
    process.terminate()
    try:
        process.wait(timeout=30)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def decoded(body: bytes) -> Any:
    """Return JSON as data, out of its envelope if it is in one, and anything else as text."""
    try:
        answer = json.loads(body)
    except ValueError:
        return body.decode()
    enveloped = isinstance(answer, dict) and {"success", "data", "meta"} <= set(answer)
    return answer["data"] if enveloped and answer["success"] else answer


def free_port() -> int:
    """Return an unused port of the loopback interface."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
