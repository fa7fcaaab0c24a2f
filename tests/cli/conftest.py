"""Ways to run newapi: inside this process for speed, as a process of its own for the truth."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.runs import Result, run
from tests.unit import sample

COMMAND = [sys.executable, "-m", "newapi"]


Run = Callable[..., Result]


def names(folder: Path) -> list[str]:
    """Return the names of a folder's entries, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small template, so that a run takes milliseconds."""
    return sample.write(tmp_path_factory.mktemp("sample") / "small")


@pytest.fixture
def here(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the empty working directory of the run."""
    assert home.is_dir()
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def newapi(here: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run newapi in this process, without a terminal."""
    assert here.is_dir()

    return lambda *words: run(words, capfd)


@pytest.fixture
def create(newapi: Run, template: Path) -> Run:
    """Run `newapi create` with the small template and no lock file."""

    def run(*words: str) -> Result:
        return newapi("create", "--template", str(template), "--no-lock", *words)

    return run


@pytest.fixture
def process(here: Path) -> Run:
    """Run newapi as a process of its own, without a terminal."""

    def run(*words: str, env: Mapping[str, str] | None = None, **options: Any) -> Result:
        done = subprocess.run(
            [*COMMAND, *words],
            cwd=here,
            env={**os.environ, **(env or {})},
            timeout=60,
            check=False,
            capture_output=True,
            **{"stdin": subprocess.DEVNULL, **options},
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run
