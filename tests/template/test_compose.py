"""Compose files follow the specification, and Docker reads them together."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Render
from tests.matrix import PROJECTS
from tests.template.files import parse_yaml

SCHEMA = "vendor.compose-spec"
COMPOSED = [name for name, answers in PROJECTS.items() if answers["docker"]]
REQUIRED = re.compile(r"\$\{(\w+):\?")


def compose(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Docker compose in a project."""
    return subprocess.run(
        ["docker", "compose", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )


def has_compose() -> bool:
    """Tell whether Docker compose is installed; it needs no engine to read files."""
    try:
        return compose(Path(), "version").returncode == 0
    except FileNotFoundError:
        return False


def stacks(project: Path) -> list[tuple[str, ...]]:
    """Return which compose files of a project are used together."""
    together = [
        ("compose.yaml",),
        ("compose.prod.yaml",),
        ("compose.prod.yaml", "compose.traefik.yaml"),
        (".devcontainer/compose.yaml",),
    ]
    return [files for files in together if all((project / name).exists() for name in files)]


def test_compose_files_follow_the_specification(rendered: Render, tmp_path: Path) -> None:
    for name in COMPOSED:
        project = rendered(PROJECTS[name])
        for file in {file for stack in stacks(project) for file in stack}:
            [content] = parse_yaml((project / file).read_text(encoding="utf-8"))
            copy = tmp_path / f"{name}-{file.replace('/', '-')}.json"
            copy.write_text(json.dumps(content), encoding="utf-8")

    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", SCHEMA, *tmp_path.iterdir()],
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.skipif(not has_compose(), reason="Docker compose is not installed")
@pytest.mark.parametrize("name", COMPOSED)
def test_docker_reads_the_compose_files(name: str, rendered: Render, tmp_path: Path) -> None:
    project = tmp_path / "myproject"
    shutil.copytree(rendered(PROJECTS[name]), project)
    texts = (path.read_text(encoding="utf-8") for path in project.glob("compose*.yaml"))
    settings = {f"{variable}=value\n" for text in texts for variable in REQUIRED.findall(text)}
    (project / ".env").write_text("".join(sorted(settings)), encoding="utf-8")

    for stack in stacks(project):
        files = [word for file in stack for word in ("--file", file)]
        read = compose(project, *files, "config", "--quiet")
        assert read.returncode == 0, f"{stack}: {read.stderr}"
