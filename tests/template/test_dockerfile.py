"""The commands of the image, run by a shell with programs that print their arguments."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Render
from tests.projects import PROJECTS


def run_in_container(command: list[str], folder: Path, port: str | None) -> str:
    """Return the arguments that a command of the image gives to the program that it runs last."""
    for name in ("app", "uvicorn", "python"):
        program = folder / name
        program.write_text('#!/bin/sh\necho "$0 $@"\n', encoding="utf-8")
        program.chmod(0o755)
    environment = {"PATH": str(folder)} | ({"PORT": port} if port else {})
    shell = [shutil.which("sh") or "sh", *command[1:]]
    run = subprocess.run(shell, env=environment, capture_output=True, text=True, check=True)
    return run.stdout.splitlines()[-1]


@pytest.mark.parametrize(("port", "expected"), [(None, "8000"), ("", "8000"), ("8080", "8080")])
def test_image_listens_on_the_port_that_a_platform_sets(
    rendered: Render, tmp_path: Path, port: str | None, expected: str
) -> None:
    dockerfile = (rendered(PROJECTS["standard"]) / "Dockerfile").read_text(encoding="utf-8")
    health, server = map(json.loads, re.findall(r'^ *CMD (\["sh".*\])$', dockerfile, re.MULTILINE))

    assert f"--port {expected} " in run_in_container(server, tmp_path, port)
    assert f"127.0.0.1:{expected}/health/live" in run_in_container(health, tmp_path, port)
