"""Ways to run newapi: inside this process for speed, as a process of its own for the truth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from newapi.cli import main
from tests.unit import sample

COMMAND = [sys.executable, "-m", "newapi"]


@dataclass(frozen=True)
class Result:
    """What a run of newapi left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on standard output."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


Run = Callable[..., Result]


def names(folder: Path) -> list[str]:
    """Return what is in a folder, hidden things too."""
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small template, so that a run takes milliseconds."""
    return sample.write(tmp_path_factory.mktemp("sample") / "small")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the user an empty home and a git identity, and go to an empty folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("NO_COLOR", "FORCE_COLOR", "NEWAPI_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    return folder


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

    def run(*words: str) -> Result:
        capfd.readouterr()
        code = main(words)
        out, err = capfd.readouterr()
        return Result(code, out, err)

    return run


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
