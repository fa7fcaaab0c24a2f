"""Projects made from a small template with several releases, and newapi to work on them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from newapi.project.tree import Tree
from newapi.releases import store
from newapi.template import address, sources
from newapi.template.catalog import Value
from newapi.template.sources import Source
from newapi.update import planning
from tests.update import releases, rewrites, shops
from tests.update.library import Library
from tests.update.project import Project
from tests.update.stock import stocked


@pytest.fixture(scope="session")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the releases."""
    return releases.freeze(tmp_path_factory.mktemp("releases"))


Render = Callable[[Source, Mapping[str, Value], str], Tree]


@pytest.fixture(scope="session")
def render_once() -> Render:
    """Return a rendering of these releases that remembers what it made: it takes longest of all."""
    original, known = planning.render, {}

    def render(source: Source, given: Mapping[str, Value], name: str) -> Tree:
        if not address.is_own(source.src_path):
            return original(source, given, name)
        key = source.src_path, source.commit, name, *sorted(given.items())
        if key not in known:
            known[key] = original(source, given, name)
        return known[key]

    return render


@pytest.fixture
def here(
    tmp_path: Path,
    home: Path,
    frozen: Path,
    render_once: Render,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """Go to an empty folder, with an empty home and only these releases."""
    assert home.is_dir()
    monkeypatch.setattr(store, "FOLDER", frozen)
    monkeypatch.setattr(sources, "checkout", lambda: None)
    monkeypatch.setattr(planning, "render", render_once)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


Copy = Callable[[Path, str, Callable[[Project], object]], Project]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the projects that several tests start from."""
    return tmp_path_factory.mktemp("made")


@pytest.fixture
def copy(made_once: Path, capfd: pytest.CaptureFixture[str]) -> Copy:
    """Return a function that makes a project once, and copies it to a path for each test."""

    def copied(path: Path, name: str, make: Callable[[Project], object]) -> Project:
        if not (made_once / name).exists():
            make(Project(made_once / f"{name}.new" / path.name, capfd))
            (made_once / f"{name}.new").rename(made_once / name)
        shutil.copytree(made_once / name / path.name, path, symlinks=True)
        return Project(path, capfd)

    return copied


@pytest.fixture
def project(here: Path, copy: Copy) -> Project:
    """Return a committed project at v0.1.0 with everything switched on."""

    def make(project: Project) -> None:
        project.create("auth=true", "items=true", "worker=true")

    return copy(here / "demo", "project", make)


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


def open_shop(project: Project) -> Project:
    return project.create("auth=true", "admin=true", version="v0.2.0")


@pytest.fixture
def shop(room: Path, copy: Copy) -> Project:
    """Return a project with accounts and an admin, at the release that can make resources."""
    return copy(room / "shop", "shop", open_shop)


@pytest.fixture
def full_shop(room: Path, copy: Copy) -> Project:
    """Return the same project with two resources, all of it committed."""
    return copy(room / "shop", "full-shop", lambda project: stocked(open_shop(project)))


@pytest.fixture(scope="session")
def rewritten(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the releases."""
    return rewrites.freeze(tmp_path_factory.mktemp("rewrites"))


@pytest.fixture
def old(
    tmp_path: Path,
    home: Path,
    rewritten: Path,
    monkeypatch: pytest.MonkeyPatch,
    copy: Copy,
) -> Project:
    """Return a project with files and tables that later releases rename and rewrite."""
    assert home.is_dir()
    monkeypatch.setattr(store, "FOLDER", rewritten)
    monkeypatch.setattr(sources, "checkout", lambda: None)
    monkeypatch.chdir(tmp_path)
    return copy(tmp_path / "demo", "old", lambda project: project.create("auth=true", "jobs=true"))


@pytest.fixture(scope="session")
def library(render_cache: Path) -> Iterator[Library]:
    """Yield the real releases."""
    with ExitStack() as stack:
        yield Library(stack, render_cache)
