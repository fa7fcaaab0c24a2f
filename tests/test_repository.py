"""The repository keeps the promises that no single module can keep."""

from __future__ import annotations

import os
import re
import subprocess

import yaml

from tests.matrix import ROOT

CI = ROOT / ".ci" / "run"
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"


def tracked() -> list[str]:
    """Return the files that git knows; none outside a clone."""
    result = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout.splitlines()


def test_constraints_are_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()

    assert lines
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][\w.]*", line) for line in lines)


def test_constraints_hold_every_declared_dependency() -> None:
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    for name in re.findall(r'^    "([\w.-]+)>=', project, re.MULTILINE):
        assert re.search(rf"^{re.escape(name)}==", constraints, re.MULTILINE), name


def test_packages_can_be_counted() -> None:
    """A reader finds a module by the names of the packages, so there are few of them."""
    assert 0 < len([*(ROOT / "src/newapi").glob("*/__init__.py")]) <= 14


def test_no_lock_file_is_kept() -> None:
    locks = re.compile(r"(^|/)(uv|poetry|Pipfile|pylock.*)\.(lock|toml)$")

    assert not [name for name in tracked() if locks.search(name) and "pyproject" not in name]


def test_ci_runs_the_documented_test_command() -> None:
    assert os.access(CI, os.X_OK)
    script = CI.read_text(encoding="utf-8")
    assert "uv run pytest\n" in script
    assert "uv run pytest -m slow\n" in script
    for page in ("README.md", "CONTRIBUTING.md"):
        assert "uv run pytest" in (ROOT / page).read_text(encoding="utf-8")


def test_the_workflow_runs_ci_with_pinned_actions_and_no_permissions() -> None:
    text = WORKFLOW.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)

    assert workflow["permissions"] == {}
    assert {"run": ".ci/run"} in workflow["jobs"]["check"]["steps"]
    for job in workflow["jobs"].values():
        assert job["permissions"] == {"contents": "read"}
        assert job["strategy"]["matrix"]["python-version"] == ["3.11", "3.14"]
    assert workflow["jobs"]["quick"]["strategy"]["matrix"]["os"] == ["macos-15", "windows-2025"]
    for used in re.findall(r"uses: (.+)", text):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+", used)
