"""Which functions of a standard project `POST /items` and `GET /items` call."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from create import CREATE
from measure import ENVIRONMENT

TRACED = Path(__file__).resolve().with_name("traced.py")


def main() -> None:
    """Create a standard project, install it, and trace requests with its own Python."""
    outside = {k: v for k, v in ENVIRONMENT.items() if not k.startswith(("UV_", "VIRTUAL_ENV"))}
    with tempfile.TemporaryDirectory() as name:
        project = Path(name) / "demo"
        command = [*CREATE, "--no-git"]
        subprocess.run(command, cwd=name, env=ENVIRONMENT, check=True, capture_output=True)
        subprocess.run(["uv", "sync", "--quiet"], cwd=project, env=outside, check=True)
        python = project / ".venv/bin/python"
        subprocess.run([python, TRACED], cwd=project, env=outside, check=True)


if __name__ == "__main__":
    main()
