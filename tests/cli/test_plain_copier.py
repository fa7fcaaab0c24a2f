"""The repository is an ordinary Copier template: it works without newapi."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from newapi.releases import store
from newapi.template import sources
from newapi.terminal import external_tools
from tests import trees

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sources.checkout() is None, reason="not a checkout"),
]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a clone of this repository's template at its first tag."""
    return trees.repository(tmp_path / "newapi", "v1.0.0")


def copier(*arguments: str | Path, cwd: Path) -> None:
    """Run the `copier` command."""
    done = subprocess.run(
        [sys.executable, "-m", "copier", *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def test_copy_needs_no_trust_and_records_the_tag(repository: Path, tmp_path: Path) -> None:
    copier("copy", "--defaults", repository, "demo", cwd=tmp_path)

    answers = (tmp_path / "demo/.copier-answers.yml").read_text()
    assert "_commit: v1.0.0\n" in answers
    assert (tmp_path / "demo/pyproject.toml").exists()


def test_update_brings_what_is_new(repository: Path, tmp_path: Path) -> None:
    project = tmp_path / "demo"
    copier("copy", "--defaults", repository, "demo", cwd=tmp_path)
    trees.commit(project)
    trees.write(repository, {"template/NEW.md": "new\n"})
    trees.commit(repository, "v1.1.0")

    copier("update", "--defaults", cwd=project)

    assert (project / "NEW.md").read_text() == "new\n"
    assert external_tools.git("status", "--porcelain", cwd=project).splitlines() == [
        " M .copier-answers.yml",
        "?? NEW.md",
    ]


def test_update_from_the_first_release_brings_what_is_new(tmp_path: Path) -> None:
    """While Copier renders the old release, questions that it did not have are undefined."""
    project, repository = tmp_path / "demo", tmp_path / "newapi"
    first, *_ = store.versions()
    store.materialise(store.FOLDER / f"{first}.json", repository)
    trees.commit(repository, "v1.0.0")
    copier("copy", "--defaults", repository, "demo", cwd=tmp_path)
    trees.commit(project)
    for path in repository.iterdir():
        if path.name != ".git":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    trees.repository(repository, "v2.0.0")

    copier("update", "--defaults", cwd=project)

    assert "_commit: v2.0.0\n" in (project / ".copier-answers.yml").read_text()
    assert (project / "app/api/rate_limit.py").exists()
