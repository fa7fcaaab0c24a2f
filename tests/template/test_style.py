"""What is rendered is final: formatted and lint-clean under the project's own rules."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest


@pytest.mark.parametrize("check", [["format", "--check"], ["check"]], ids=lambda check: check[0])
def test_ruff_has_nothing_to_say(check: list[str], projects: Mapping[str, Path]) -> None:
    """One process reads all projects: each file obeys the nearest `pyproject.toml`."""
    options = ["--no-cache", "--quiet", "--output-format=concise"]

    result = subprocess.run(
        [sys.executable, "-m", "ruff", *check, *options, *map(str, projects.values())],
        capture_output=True,
        text=True,
        check=False,
    )

    complaints = {line.rpartition("/myproject/")[2] for line in result.stdout.splitlines()}
    assert not complaints
    assert result.returncode == 0, result.stderr
