"""What people install: the built wheel makes the same projects as this checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from newapi import sources
from tests import trees

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = ("create", "demo", "--defaults", "--no-lock", "--no-git")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sources.checkout() is None, reason="not a checkout"),
    pytest.mark.skipif(shutil.which("uv") is None, reason="uv builds the packages"),
]


def run(*command: str | Path, cwd: Path) -> None:
    """Run a command as a user would, without what points at this checkout."""
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source distribution, and the wheel from it."""
    folder = tmp_path_factory.mktemp("packages")
    run("uv", "build", "--quiet", "--python", sys.executable, "--out-dir", folder, cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(packages: Path) -> Path:
    """Return the wheel."""
    return next(packages.glob("*.whl"))


@pytest.fixture(scope="module")
def created(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a project with the installed wheel."""
    folder = tmp_path_factory.mktemp("installed")
    python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run("uv", "venv", "--quiet", "--python", sys.executable, "venv", cwd=folder)
    run("uv", "pip", "install", "--quiet", "--python", python, wheel, cwd=folder)
    run(python.with_name("newapi-cli"), *ARGUMENTS, cwd=folder)
    return folder / "demo"


def test_wheel_carries_releases_and_no_template(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    assert [name for name in names if re.fullmatch(r"newapi/releases/(head|v.*)\.json", name)]
    assert {name.split("/")[0] for name in names} == {"newapi", names[-1].split("/")[0]}
    assert not [name for name in names if name.endswith((".env", ".jinja", ".pyc"))]
    assert "newapi/py.typed" in names


def test_source_distribution_holds_the_template(packages: Path) -> None:
    with tarfile.open(next(packages.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    template = {path.relative_to(ROOT).as_posix() for path in (ROOT / "template").rglob("*.jinja")}
    assert template | {"copier.yml", "hatch_build.py", "LICENSE"} <= names
    assert not [name for name in names if name.endswith(("/.env", "uv.lock", ".pyc"))]


def test_wheel_makes_the_same_project_as_the_checkout(created: Path, tmp_path: Path) -> None:
    run(sys.executable, "-c", CHECKOUT, ROOT / "src", *ARGUMENTS, cwd=tmp_path)

    ours, theirs = (
        {name: found for name, found in trees.read(project).items() if found[1] != "folder"}
        for project in (tmp_path / "demo", created)
    )
    secrets = (ours.pop(".env"), theirs.pop(".env"))
    assert ours == theirs
    assert [mode for mode, _ in secrets] == [0o600, 0o600]
    assert secrets[0][1] != secrets[1][1]


CHECKOUT = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from newapi.cli import main
sys.exit(main())
"""
