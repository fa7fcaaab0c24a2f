"""Other programs: git and uv do what is wanted, whatever the user's settings are."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from newapi.terminal import external_tools
from tests import trees

pytestmark = pytest.mark.posix

FILES = {
    "README.md": "one\r\ntwo\n",
    ".env": "KEY=secret\n",
    ".gitignore": ".env\n.venv/\n",
    ".python-version": "3.13\n",
    "scripts/run": "#!/bin/sh\n",
}
PYPROJECT = '[project]\nname = "demo"\nversion = "0.1.0"\nrequires-python = ">=3.11"\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project that is not a repository yet."""
    root = trees.write(tmp_path / "demo", FILES)
    (root / "scripts/run").chmod(0o755)
    return root


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Replace the user's git settings."""

    def replace(text: str) -> None:
        path = tmp_path / "gitconfig"
        path.write_text(text)
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(path))
        monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

    return replace


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Put a program of our own first on PATH."""

    def install(name: str, script: str) -> Path:
        path = tmp_path / "bin" / name
        trees.write(path.parent, {name: f"#!{sys.executable}\n{script}"})
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{path.parent}{os.pathsep}{os.environ['PATH']}")
        return path

    return install


def committed(root: Path) -> dict[str, str]:
    """Return the mode of everything in the commit."""
    entries = external_tools.git("ls-tree", "-r", "HEAD", cwd=root).splitlines()
    return {entry.split("\t")[1]: entry.split()[0] for entry in entries}


def test_first_commit_holds_everything_but_secrets(project: Path) -> None:
    before = trees.read(project)

    assert external_tools.git_init(project) is None

    assert committed(project) == {
        ".gitignore": "100644",
        ".python-version": "100644",
        "README.md": "100644",
        "scripts/run": "100755",
    }
    assert external_tools.git("show", "HEAD:README.md", cwd=project) == "one\r\ntwo\n"
    assert external_tools.git("symbolic-ref", "HEAD", cwd=project) == "refs/heads/main\n"
    assert external_tools.git("status", "--porcelain", cwd=project) == ""
    assert trees.read(project) == before


def test_secrets_stay_out_even_when_nothing_ignores_them(project: Path) -> None:
    (project / ".gitignore").unlink()

    assert external_tools.git_init(project) is None

    assert ".env" not in committed(project)


def test_hostile_settings_do_not_matter(
    project: Path, tmp_path: Path, settings: Callable[[str], None]
) -> None:
    hook = trees.write(tmp_path / "hooks", {"pre-commit": "#!/bin/sh\nexit 1\n"}) / "pre-commit"
    hook.chmod(0o755)
    shutil.copytree(tmp_path / "hooks", tmp_path / "template/hooks")
    trees.write(tmp_path, {"ignored": ".python-version\n", "attributes": "* text eol=lf\n"})
    settings(f"""\
[core]
    hooksPath = {tmp_path}/hooks
    autocrlf = true
    safecrlf = true
    excludesFile = {tmp_path}/ignored
    attributesFile = {tmp_path}/attributes
[commit]
    gpgSign = true
    template = {tmp_path}/absent
[init]
    templateDir = {tmp_path}/template
    defaultBranch = other
[user]
    name = Me
    email = me@example.com
[gpg]
    program = false
""")

    assert external_tools.git_init(project) is None

    assert ".python-version" in committed(project)
    assert external_tools.git("show", "HEAD:README.md", cwd=project) == "one\r\ntwo\n"
    assert not (project / ".git/hooks").exists()


def test_variables_of_another_repository_do_not_matter(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = trees.commit(trees.write(tmp_path / "other", {"x": "mine"}))
    before = external_tools.git("rev-parse", "HEAD", cwd=other)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.bare")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")

    assert external_tools.git_init(project) is None

    assert "README.md" in committed(project)
    assert external_tools.git("rev-parse", "HEAD", cwd=other) == before


@pytest.mark.parametrize(
    ("text", "author", "expected"),
    [
        ("[user]\nname = Me\nemail = me@example.com\n", "Ann", "Me <me@example.com>"),
        ("[user]\nuseConfigOnly = true\n", "Ann", "Ann <ann@example.com>"),
        ("[user]\nname = Me\n", "Ann", "Me <ann@example.com>"),
        ("", "", "newapi <newapi@localhost>"),
    ],
)
def test_author_is_the_user_or_who_the_answers_name(
    project: Path, settings: Callable[[str], None], text: str, author: str, expected: str
) -> None:
    settings(text)

    email = f"{author.lower()}@example.com" if author else ""
    assert external_tools.git_init(project, author, email) is None

    assert external_tools.git("log", "--format=%an <%ae>", cwd=project).strip() == expected


def test_identity_comes_from_settings_or_environment(
    settings: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings("[user]\nname = Jürgen Groß\nemail = me@example.com\n")
    assert external_tools.git_identity() == ("Jürgen Groß", "me@example.com")

    monkeypatch.setenv("GIT_AUTHOR_NAME", "Other")
    assert external_tools.git_identity() == ("Other", "me@example.com")

    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert external_tools.git_identity() == ("Other", "")


@pytest.mark.parametrize("depth", ["demo", "services/api/demo"])
def test_project_inside_a_repository_stays_part_of_it(tmp_path: Path, depth: str) -> None:
    outer = trees.commit(trees.write(tmp_path / "outer", {"x": "mine"}))
    before = trees.read(outer / ".git")
    project = trees.write(outer / depth, FILES)

    warning = external_tools.git_init(project)

    assert warning is not None
    assert str(outer) in warning
    assert not (project / ".git").exists()
    assert trees.read(outer / ".git") == before


def test_folder_that_only_looks_like_a_repository_does_not_count(project: Path) -> None:
    (project.parent / ".git").mkdir()

    assert external_tools.git_init(project) is None


def test_missing_git_is_a_warning(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)

    assert external_tools.git_init(project) == "No git repository was made: git is not installed."
    assert external_tools.uv_lock(project) is not None


def test_failing_git_is_a_warning_and_leaves_no_half_repository(
    project: Path, program: Callable[[str, str], Path]
) -> None:
    git = shutil.which("git")
    program(
        "git",
        "import os, sys\n"
        "if 'commit' in sys.argv: sys.exit('fatal: no \\x1b[31mdice')\n"
        f"os.execv({git!r}, sys.argv)\n",
    )

    assert external_tools.git_init(project) == "No git repository was made: no \\x1b[31mdice"
    assert not (project / ".git").exists()


def test_lock_is_made_outside_and_moved_in(project: Path, tmp_path: Path) -> None:
    if shutil.which("uv") is None:
        pytest.skip("uv is not installed")
    trees.write(tmp_path, {"pyproject.toml": '[tool.uv.workspace]\nmembers = ["other"]\n'})
    trees.write(project, {"pyproject.toml": PYPROJECT})

    assert external_tools.uv_lock(project) is None

    assert 'name = "demo"' in (project / "uv.lock").read_text()
    assert {path.name for path in tmp_path.iterdir()} <= {"demo", "pyproject.toml", "gitconfig"}
    assert not (project / ".venv").exists()


def test_settings_that_forbid_locking_do_not_matter(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("uv") is None:
        pytest.skip("uv is not installed")
    trees.write(project, {"pyproject.toml": PYPROJECT})
    for name in ("UV_LOCKED", "UV_FROZEN"):
        monkeypatch.setenv(name, "1")

    assert external_tools.uv_lock(project) is None


def test_failing_lock_says_what_to_do(
    project: Path, program: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    trees.write(project, {"pyproject.toml": PYPROJECT})
    said = [
        "error: no solution",
        "  cause: \x1b[31ma\x1b[0m needs b<1",
        "",
        "hint: allow b",
        "\x07",
    ]
    program("uv", f"import sys\nsys.exit({chr(10).join(said)!r})\n")
    monkeypatch.setattr("tempfile.tempdir", str(project.parent))
    before = set(project.parent.iterdir())

    warning = external_tools.uv_lock(project)

    assert warning is not None
    assert warning.splitlines() == [
        "uv.lock was not written. Run `uv lock` in the project when this is mended:",
        "error: no solution",
        "  cause: a needs b<1",
        "hint: allow b",
        "\\x07",
    ]
    assert set(project.parent.iterdir()) == before


def test_long_reason_keeps_its_beginning_and_its_end(
    project: Path, program: Callable[[str, str], Path]
) -> None:
    trees.write(project, {"pyproject.toml": PYPROJECT})
    program("uv", "import sys\nsys.exit('\\n'.join(f'line {n}' for n in range(100)))\n")

    lines = (external_tools.uv_lock(project) or "").splitlines()

    assert (lines[1], lines[-1]) == ("line 0", "line 99")
    assert "... (76 lines)" in lines
    assert len(lines) == 26


def test_interrupted_lock_leaves_nothing(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    trees.write(project, {"pyproject.toml": PYPROJECT})
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(subprocess, "run", interrupt)
    monkeypatch.setattr(shutil, "which", lambda name: name)

    with pytest.raises(KeyboardInterrupt):
        external_tools.uv_lock(project)
    assert not list((tmp_path / "temporary").iterdir())


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ("git version 2.39.5", "2.39.5"),
        ("uv 0.13.1 (abc 2026-01-01)", "0.13.1"),
        ("Docker version 27.0.3, build 7d4bcd8", "27.0.3"),
        ("hello", ""),
    ],
)
def test_probe_finds_the_version(
    program: Callable[[str, str], Path], answer: str, version: str
) -> None:
    path = program("sometool", f"print({answer!r})\n")

    assert external_tools.probe("sometool") == external_tools.Tool("sometool", str(path), version)


def test_probe_of_a_broken_or_missing_program(program: Callable[[str, str], Path]) -> None:
    path = program("sometool", "raise SystemExit(1)\n")

    assert external_tools.probe("sometool") == external_tools.Tool("sometool", str(path), "")
    path.chmod(stat.S_IRUSR)
    assert external_tools.probe("sometool") is None
    assert external_tools.probe("no-such-tool") is None
