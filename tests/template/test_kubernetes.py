"""The manifests of each environment are put together, and a cluster would take them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from kubernetes_validate.utils import validate

from tests.conftest import Render
from tests.marks import slow_after
from tests.projects import PROJECTS
from tests.template.files import parse_yaml

VERSION = "1.37"
BUILT = [name for name, answers in PROJECTS.items() if answers["kubernetes"]]
WORKLOADS = ("Deployment", "Job")

pytestmark = pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not installed")


@pytest.fixture(params=slow_after(1, ["production", "staging"]))
def environment(request: pytest.FixtureRequest) -> str:
    """Return each environment."""
    return str(request.param)


@pytest.fixture(params=BUILT)
def manifests(request: pytest.FixtureRequest, rendered: Render, environment: str) -> list[Any]:
    """Return what kustomize makes of each project for each environment."""
    return build(rendered(PROJECTS[request.param]), environment)


@cache
def build(project: Path, environment: str) -> list[Any]:
    """Return the manifests of an environment."""
    overlay = project / "deploy" / "kubernetes" / "overlays" / environment
    built = subprocess.run(
        ["kubectl", "kustomize", overlay], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return parse_yaml(built.stdout)


def pods(manifests: list[Any]) -> dict[str, Any]:
    """Return the pods that the manifests start, by the name of what starts them."""
    return {
        manifest["metadata"]["name"]: manifest["spec"]["template"]["spec"]
        for manifest in manifests
        if manifest["kind"] in WORKLOADS
    }


def test_every_manifest_is_valid(manifests: list[Any]) -> None:
    for manifest in manifests:
        validate_once(json.dumps(manifest, sort_keys=True))


@cache
def validate_once(manifest: str) -> None:
    """Validate a manifest; most are the same in several projects."""
    validate(json.loads(manifest), VERSION, strict=True)


def test_every_manifest_is_in_the_namespace_of_its_environment(
    manifests: list[Any], environment: str
) -> None:
    namespaces = {
        manifest["metadata"]["name" if manifest["kind"] == "Namespace" else "namespace"]
        for manifest in manifests
    }

    assert namespaces == {f"myproject-{environment}"}


def test_no_manifest_holds_a_secret(manifests: list[Any]) -> None:
    assert not [manifest for manifest in manifests if manifest["kind"] == "Secret"]
    assert "change-me" not in str(manifests)


def test_pods_are_hardened_limited_and_configured(manifests: list[Any]) -> None:
    started = pods(manifests)

    assert {"api", "migrate"} <= set(started)
    for pod in started.values():
        [container] = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert not pod["automountServiceAccountToken"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]
        assert container["image"] == "registry.example.com/myproject:1.0.0"
        assert [list(source) for source in container["envFrom"]] == [
            ["configMapRef"],
            ["secretRef"],
        ]


@pytest.mark.parametrize("name", BUILT)
def test_what_production_requires_is_asked_for(name: str, rendered: Render) -> None:
    project = rendered(PROJECTS[name])
    [compose] = parse_yaml((project / "compose.prod.yaml").read_text(encoding="utf-8"))
    required = {
        variable
        for variable, value in compose["x-app"]["environment"].items()
        if value == "" or (":?" in str(value) and not variable.endswith("_PASSWORD"))
    }  # compose joins each empty URL from parts with a password; here the URLs are the secrets
    answers = PROJECTS[name]
    required |= (
        {"SMTP_HOST", "MAIL_FROM"} if answers["email"] or answers["jobs"] != "none" else set()
    )
    required |= {"FRONTEND_URL"} if answers["email"] else set()
    secrets = (project / "deploy/kubernetes/.env.example").read_text(encoding="utf-8")
    [settings] = [m["data"] for m in build(project, "production") if m["kind"] == "ConfigMap"]

    assert required <= {*settings, *re.findall(r"(?m)^(\w+)=", secrets)}


@pytest.mark.parametrize("name", BUILT)
def test_sqlite_is_written_by_one_release_on_one_node(
    name: str, environment: str, rendered: Render
) -> None:
    manifests = build(rendered(PROJECTS[name]), environment)
    deployments = [manifest for manifest in manifests if manifest["kind"] == "Deployment"]
    scaled = [m for m in manifests if m["kind"] == "HorizontalPodAutoscaler"]

    if PROJECTS[name]["database"] != "sqlite":
        assert scaled
        return

    assert not scaled
    assert all("podAffinity" in pod["affinity"] for pod in pods(manifests).values())
    assert {deployment["spec"]["replicas"] for deployment in deployments} == {1}
    assert {deployment["spec"]["strategy"]["type"] for deployment in deployments} == {"Recreate"}


@pytest.mark.parametrize("name", [name for name in BUILT if PROJECTS[name]["metrics"]])
def test_prometheus_reaches_what_it_is_sent_to(
    name: str, environment: str, rendered: Render
) -> None:
    manifests = build(rendered(PROJECTS[name]), environment)
    templates = {
        manifest["metadata"]["name"]: manifest["spec"]["template"]
        for manifest in manifests
        if manifest["kind"] in WORKLOADS
        and "annotations" in manifest["spec"]["template"]["metadata"]
    }
    policies = {m["metadata"]["name"]: m for m in manifests if m["kind"] == "NetworkPolicy"}

    assert ("worker" in templates) == (PROJECTS[name]["jobs"] == "celery")
    for workload, template in templates.items():
        [container] = template["spec"]["containers"]
        [port] = container["ports"]
        assert template["metadata"]["annotations"]["prometheus.io/port"] == str(
            port["containerPort"]
        )
        assert {"port": port["name"]} in policies[workload]["spec"]["ingress"][0]["ports"]
        assert "monitoring" in str(policies[workload]["spec"]["ingress"])
