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

from newapi.releases import store
from newapi.template import sources
from newapi.terminal import external_tools
from tests import trees
from tests.update.test_update import HOSTILE

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = ("create", "demo", "--defaults", "--no-lock", "--no-git")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sources.checkout() is None, reason="not a checkout"),
    pytest.mark.skipif(shutil.which("uv") is None, reason="uv builds the packages"),
]


def run(*command: str | Path, cwd: Path, home: Path | None = None) -> None:
    """Run a command as a user would, without what points at this checkout."""
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    environment |= {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"} if home else {}
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
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel; return the command."""
    folder = tmp_path_factory.mktemp("installed")
    python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run("uv", "venv", "--quiet", "--python", sys.executable, "venv", cwd=folder)
    run("uv", "pip", "install", "--quiet", "--python", python, wheel, cwd=folder)
    return python.with_name("newapi-cli")


@pytest.fixture(scope="module")
def created(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a project with the installed wheel."""
    folder = tmp_path_factory.mktemp("created")
    run(installed, *ARGUMENTS, cwd=folder)
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


def homes(root: Path) -> tuple[Path, Path]:
    """Return the homes of two people; git of the second one does what nobody expects."""
    ada, bob = root / "ada", root / "bob"
    identity = "[user]\n\tname = X\n\temail = x@example.org\n"
    trees.write(root, {"ada/.gitconfig": identity, "bob/.gitconfig": identity + HOSTILE})
    trees.write(bob, {"hooks/pre-commit": "#!/bin/sh\nexit 1\n"})
    return ada, bob


def kept(project: Path) -> dict[str, tuple[int, bytes | str]]:
    """Return what git keeps of a project: modes, contents, and how they are staged."""
    names = external_tools.git("ls-files", "-z", cwd=project).split("\0")
    files = {name: found for name, found in trees.read(project).items() if name in names}
    return {**files, "the index": (0, external_tools.git("ls-files", "--stage", cwd=project))}


@pytest.mark.parametrize("words", [("--to", store.versions()[-1]), ()])
def test_teammate_with_the_wheel_gets_the_same_update(
    installed: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    ada, bob = homes(tmp_path)
    checkout = (sys.executable, "-c", CHECKOUT, ROOT / "src")
    flags = ("--ref", store.versions()[0], "--defaults", "--no-lock")
    run(*checkout, "create", "demo", *flags, cwd=ada, home=ada)
    edit(ada / "demo")
    run("git", "clone", "--quiet", ada / "demo", "other-name", cwd=bob, home=bob)
    mine, theirs = ada / "demo", bob / "other-name"
    assert kept(mine) == kept(theirs)

    for change in (("update", *words), ("add", "cache,gitlab"), ("remove", "pre_commit")):
        run(*checkout, *change, cwd=mine, home=ada)
        run(installed, *change, cwd=theirs, home=bob)

        assert kept(mine) == kept(theirs)
        for project in (mine, theirs):
            trees.commit(project)


def edit(project: Path) -> None:
    """Change, move, delete and add files, and commit that."""
    schema = project / "app/schemas/item.py"
    schema.write_bytes(schema.read_bytes() + b"\nCURRENCY = 'EUR'\n")
    (project / "AGENTS.md").rename(project / "HOUSE-RULES.md")
    (project / "app/cli.py").chmod(0o755)
    (project / ".editorconfig").unlink()
    trees.write(project, {"app/prices.py": "CENTS = 100\n"})
    trees.commit(project)


CHECKOUT = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from newapi.cli.main import main
sys.exit(main())
"""
