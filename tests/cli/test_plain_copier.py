"""The repository is an ordinary Copier template: it works without newapi."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from newapi.cli.main import main
from newapi.releases import store
from newapi.template import address, sources
from newapi.terminal import external_tools
from tests import trees

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sources.checkout() is None, reason="not a checkout"),
]

NEXT = "v99.0.0"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a clone of this repository's template at its first tag."""
    return trees.repository(tmp_path / "newapi", "v1.0.0")


def copier(*arguments: str | Path, cwd: Path) -> str:
    """Run the `copier` command; return its output."""
    done = subprocess.run(
        [sys.executable, "-m", "copier", *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def clear(repository: Path) -> None:
    """Delete the files of a work tree."""
    for path in repository.iterdir():
        if path.name != ".git":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.fixture
def published(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of a bare repository with the newest release and this checkout as tags."""
    assert home.is_dir()
    repository = tmp_path / "published"
    for version in store.versions()[-2:]:
        clear(trees.write(repository, {"README.md": "newapi\n"}))
        store.materialise(store.FOLDER / f"{version}.json", repository)
        trees.commit(repository, version)
    clear(repository)
    trees.repository(repository, NEXT)
    bare = tmp_path / "newapi.git"
    external_tools.git("clone", "--quiet", "--bare", str(repository), str(bare), cwd=tmp_path)
    monkeypatch.setenv(address.VARIABLE, f"file://{bare}")
    monkeypatch.chdir(tmp_path)
    return f"file://{bare}"


@pytest.fixture
def project(published: str, tmp_path: Path) -> Path:
    """Return a project that newapi has made from the release before the newest."""
    assert published
    create = ("create", "demo", "--preset", "minimal", "--ref", store.versions()[-2])
    assert main([*create, "--defaults", "--no-git", "--no-lock"]) == 0
    return trees.commit(tmp_path / "demo")


def test_project_of_newapi_records_an_address_that_copier_asks(
    project: Path, published: str
) -> None:
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text())
    found = json.loads(copier("check-update", "--output-format", "json", cwd=project))

    assert answers["_src_path"] == published
    assert found["update_available"] is True
    assert f"v{found['current_version']}" == answers["_commit"]
    assert f"v{found['latest_version']}" == NEXT


def test_answers_file_is_what_renovate_reads(project: Path) -> None:
    """Renovate takes `_src_path` as a URL, and `_commit` as one of the repository's tags."""
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text())
    tags = external_tools.git("ls-remote", "--tags", answers["_src_path"], cwd=project)

    assert urlsplit(answers["_src_path"]).scheme
    assert f"refs/tags/{answers['_commit']}" in tags.split()
    assert f"refs/tags/{NEXT}" in tags.split()


def test_copier_updates_a_project_of_newapi(project: Path, published: str) -> None:
    copier("update", "--defaults", cwd=project)

    answers = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert answers["_commit"] == NEXT
    assert answers["_src_path"] == published
    expected = project.parent / "expected/demo"
    copier("copy", "--defaults", "--data-file", project / ".copier-answers.yml",
           published, expected, cwd=project.parent)  # fmt: skip
    changed = {*trees.read(expected).items()} ^ {*trees.read(project).items()}
    assert {path for path, _ in changed} <= {".env"}


def test_newapi_goes_on_where_copier_has_updated(project: Path, published: str) -> None:
    newest = store.versions()[-1]
    copier("update", "--defaults", "--vcs-ref", newest, cwd=project)
    trees.commit(project)

    assert main(["update", str(project)]) == 0

    answers = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert answers["_src_path"] == published
    assert answers["_commit"] != newest
    assert "<<<<<<<" not in external_tools.git("diff", "--cached", cwd=project)


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
    clear(repository)
    trees.repository(repository, "v2.0.0")

    copier("update", "--defaults", cwd=project)

    assert "_commit: v2.0.0\n" in (project / ".copier-answers.yml").read_text()
    assert (project / "app/api/rate_limit.py").exists()
