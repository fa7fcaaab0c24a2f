"""The services of a project, built and run by whatever Docker engine answers."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.conftest import Create
from tests.e2e.project import Project
from tests.matrix import PRESETS

# What the compose file for production asks for, beside what `newapi create` has written.
PRODUCTION = """
ALLOWED_HOSTS=127.0.0.1
SMTP_HOST=mail.example.org
MAIL_FROM=noreply@example.org
FRONTEND_URL=https://app.example.org
"""
# Runs in the container of the API: somebody signs up, and sends a file that a worker counts.
CLIENT = """
import json, time, urllib.request

def call(path, body=None, kind="application/json", **headers):
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    url = f"http://127.0.0.1:8000/api/v1{path}"
    request = urllib.request.Request(url, data, {"Content-Type": kind, **headers})
    answer = json.loads(urllib.request.urlopen(request, timeout=30).read())
    return answer.get("data", answer)

account = {"email": "ada@example.com", "password": "correct horse battery staple"}
call("/users", account)
bearer = {"Authorization": f"Bearer {call('/auth/login', account)['access_token']}"}
head = b'--x\\r\\nContent-Disposition: form-data; name="file"; filename="a.txt"\\r\\n\\r\\n'
file = head + b"three little words\\r\\n--x--\\r\\n"
task = call("/tasks/process-file", file, "multipart/form-data; boundary=x", **bearer)
for _ in range(120):
    found = call(f"/tasks/{task['id']}", **bearer)
    if found["status"] not in {"queued", "running"}:
        break
    time.sleep(0.5)
print(found["status"], found["result"]["words"])
"""

pytestmark = [pytest.mark.long, pytest.mark.docker]


@pytest.fixture(autouse=True)
def engine() -> None:
    """Skip where no engine answers."""
    try:
        answer = subprocess.run(["docker", "info"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"there is no Docker: {error}")
    if answer.returncode != 0:
        pytest.skip("no Docker engine answers")


@pytest.mark.parametrize("file", ["compose.yaml", "compose.prod.yaml"])
def test_worker_of_the_services_does_what_a_request_asks_for(file: str, create: Create) -> None:
    project = create(PRESETS["full"])
    with (project.path / ".env").open("a", encoding="utf-8") as variables:
        variables.write(PRODUCTION)

    with services(project, file) as compose:
        said = project.run([*compose, "exec", "--no-TTY", "api", "python", "-c", CLIENT])

    assert said.split() == ["succeeded", "3"]


@contextmanager
def services(project: Project, file: str) -> Iterator[list[str]]:
    """Run the services of a compose file; yield the command that speaks to them."""
    compose = ["docker", "compose", "--file", file]
    try:
        project.run([*compose, "up", "--build", "--detach", "--wait", "--wait-timeout", "180"])
        yield compose
    finally:
        project.run([*compose, "down", "--volumes", "--remove-orphans"])
