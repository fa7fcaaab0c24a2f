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
PROXIED = [name for name, answers in PROJECTS.items() if answers["traefik"]]
CONTAINED = [name for name, answers in PROJECTS.items() if answers["devcontainer"]]
COMPOSED = [name for name, answers in PROJECTS.items() if answers["docker"]]
DEVELOPMENT = {
    *("CELERY_FOLDER", "DOCS_ENABLED", "LOG_JSON", "MIGRATE_ON_START", "PROCESS_TIME_HEADER"),
}
AROUND = {  # what the other containers need
    *("ACME_EMAIL", "DOMAIN", "FLOWER_PASSWORD", "MYSQL_PASSWORD", "MYSQL_ROOT_PASSWORD"),
    *("POSTGRES_PASSWORD", "REDIS_PASSWORD"),
}
SECRET = ("_DSN", "_KEY", "_PASSWORD", "_SECRET", "_TOKEN")
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
def test_docker_reads_the_compose_files(
    rendered: Render, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    for name in COMPOSED:
        project = tmp_path / name / "myproject"
        shutil.copytree(rendered(PROJECTS[name]), project)
        texts = (path.read_text(encoding="utf-8") for path in project.glob("compose*.yaml"))
        settings = {f"{variable}=value\n" for text in texts for variable in REQUIRED.findall(text)}
        (project / ".env").write_text("".join(sorted(settings)), encoding="utf-8")
        for stack in stacks(project):
            with subtests.test(f"{name}: {stack}"):
                files = [word for file in stack for word in ("--file", file)]
                read = compose(project, *files, "config", "--quiet")
                assert read.returncode == 0, read.stderr


@pytest.mark.parametrize("name", COMPOSED)
def test_production_may_change_every_setting(name: str, rendered: Render) -> None:
    project = rendered(PROJECTS[name])
    example = (project / ".env.example").read_text(encoding="utf-8")
    [content] = parse_yaml((project / "compose.prod.yaml").read_text(encoding="utf-8"))
    passed = content["x-app"]["environment"]

    assert set(re.findall(r"(?m)^(\w+)=", example)) - DEVELOPMENT - AROUND <= set(passed)
    assert not [key for key in passed if key.endswith(SECRET) and "$" not in (passed[key] or "$")]


@pytest.mark.parametrize("name", PROXIED)
def test_only_traefik_is_reachable_and_only_traefik_is_believed(
    name: str, rendered: Render
) -> None:
    project = rendered(PROJECTS[name])
    overlay = project / "compose.traefik.yaml"
    [content] = parse_yaml(overlay.read_text(encoding="utf-8"))
    traefik, api = content["services"]["traefik"], content["services"]["api"]
    address = traefik["networks"]["proxy"]["ipv4_address"]

    assert "ports: !reset []" in overlay.read_text(encoding="utf-8")
    assert api["environment"]["FORWARDED_ALLOW_IPS"] == address
    assert content["networks"]["proxy"]["internal"]
    assert not [volume for volume in traefik["volumes"] if "docker.sock" in volume]
    assert not [option for option in traefik["command"] if "--api" in option]


@pytest.mark.parametrize("name", PROXIED)
def test_traefik_serves_named_paths_and_asks_whether_the_api_is_ready(
    name: str, rendered: Render
) -> None:
    [content] = parse_yaml((rendered(PROJECTS[name]) / "traefik.yaml").read_text(encoding="utf-8"))
    [router] = content["http"]["routers"].values()
    [service] = content["http"]["services"].values()
    served = set(re.findall(r"`(/[^`]*)`", router["rule"]))

    admin = {"/admin"} if PROJECTS[name]["admin"] else set()
    assert served == {"/api", "/docs", "/health", "/openapi.json"} | admin
    assert service["loadBalancer"]["healthCheck"]["path"] == "/health/ready"


@pytest.mark.parametrize("name", CONTAINED)
def test_the_development_container_is_a_service_of_its_compose_file(
    name: str, rendered: Render
) -> None:
    folder = rendered(PROJECTS[name]) / ".devcontainer"
    container = json.loads((folder / "devcontainer.json").read_text(encoding="utf-8"))
    [content] = parse_yaml((folder / container["dockerComposeFile"]).read_text(encoding="utf-8"))
    service = content["services"][container["service"]]

    assert f"..:{container['workspaceFolder']}" in service["volumes"]
    assert (folder / "Dockerfile").exists()
