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
from tests.projects import PROJECTS
from tests.template.files import parse_yaml

SCHEMA = "vendor.compose-spec"
PROXIED = [name for name, answers in PROJECTS.items() if answers["traefik"]]
CONTAINED = [name for name, answers in PROJECTS.items() if answers["devcontainer"]]
COMPOSED = [name for name, answers in PROJECTS.items() if answers["docker"]]
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
def test_containers_of_production_receive_every_setting(name: str, rendered: Render) -> None:
    [content] = parse_yaml((rendered(PROJECTS[name]) / "compose.prod.yaml").read_text("utf-8"))
    app = content["x-app"]

    assert app["env_file"] == ".env"
    services = [service for service in content["services"].values() if "build" in service]
    assert [service["env_file"] for service in services] == [".env"] * len(services)


@pytest.mark.parametrize("name", COMPOSED)
def test_production_overrides_settings_of_development(name: str, rendered: Render) -> None:
    """A `.env` that `uv run app env` has written on the server must not weaken production."""
    project = rendered(PROJECTS[name])
    [content] = parse_yaml((project / "compose.prod.yaml").read_text("utf-8"))
    fixed = content["x-app"]["environment"]
    example = (project / ".env.example").read_text("utf-8")

    weak = {"DOCS_ENABLED": "false", "LOG_JSON": "true", "PROCESS_TIME_HEADER": "false"}
    if "MIGRATE_ON_START" in example:
        weak["MIGRATE_ON_START"] = "false"
    assert {**fixed, **weak, "ENVIRONMENT": "production"} == fixed
    assert not [key for key in fixed if key.endswith(SECRET) and "$" not in fixed[key]]


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


def test_messages_of_tasks_are_stored_on_disk_in_production(rendered: Render) -> None:
    for name in COMPOSED:
        [production] = parse_yaml(
            (rendered(PROJECTS[name]) / "compose.prod.yaml").read_text(encoding="utf-8")
        )
        redis = production["services"].get("redis", {})
        is_broker = PROJECTS[name]["jobs"] == "celery"

        assert ("redis" in production["volumes"]) is is_broker
        assert ("redis:/data" in redis.get("volumes", [])) is is_broker
        assert ("appendonly yes" in str(redis.get("command"))) is is_broker
