"""Projects made from a small template with several releases, and newapi to work on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from newapi import sources
from newapi.releases import store
from tests.update import releases, shops
from tests.update.project import Project


@pytest.fixture(scope="session")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the releases."""
    return releases.freeze(tmp_path_factory.mktemp("releases"))


@pytest.fixture
def here(tmp_path: Path, home: Path, frozen: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to an empty folder, with an empty home and only these releases."""
    assert home.is_dir()
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


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the releases."""
    return shops.freeze(tmp_path_factory.mktemp("shops"))


@pytest.fixture
def room(tmp_path: Path, home: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to an empty folder, with an empty home and only these releases."""
    assert home.is_dir()
    monkeypatch.setattr(store, "FOLDER", shelf)
    monkeypatch.setattr(sources, "checkout", lambda: None)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shop(room: Path, capfd: pytest.CaptureFixture[str]) -> Project:
    """Return a project with accounts and an admin, at the release that can make resources."""
    return Project(room / "shop", capfd).create("auth=true", "admin=true", version="v0.2.0")
