"""Projects made from a small template with several releases, and newapi to work on them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from newapi import sources
from newapi.releases import store
from tests.update import releases
from tests.update.project import Project


@pytest.fixture(scope="session")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the releases."""
    return releases.freeze(tmp_path_factory.mktemp("releases"))


@pytest.fixture
def here(tmp_path: Path, frozen: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to an empty folder, with an empty home and only these releases."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(store, "FOLDER", frozen)
    monkeypatch.setattr(sources, "checkout", lambda: None)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def project(here: Path, capfd: pytest.CaptureFixture[str]) -> Project:
    """Return a committed project at v0.1.0 with everything switched on."""
    return Project(here / "demo", capfd).create("auth=true", "items=true", "worker=true")
