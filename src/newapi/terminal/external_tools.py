"""Other programs: git, uv and what `doctor` asks for."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from newapi.terminal import programs

# Settings that would make uv skip the work, or do it elsewhere.
_UV_DROPPED = frozenset(
    {"UV_FROZEN", "UV_LOCKED", "UV_PROJECT", "UV_PROJECT_ENVIRONMENT", "UV_WORKING_DIR",
     "VIRTUAL_ENV"}
)  # fmt: skip
UV_TIMEOUT = 300.0
# Bytes stay as they are, nothing is signed, nothing of the user's is left out.
_GIT_OPTIONS = programs.git_options(
    f"core.excludesFile={os.devnull}",
    f"core.attributesFile={os.devnull}",
    "core.autocrlf=false",
    "commit.gpgsign=false",
)


@dataclass(frozen=True)
class Tool:
    """An installed program and its version."""

    name: str
    path: str
    version: str


def probe(tool: str) -> Tool | None:
    """Find a program on PATH and ask for its version; None when it is not there.

    The version is empty when the program does not answer.
    """
    path = shutil.which(tool)
    if path is None:
        return None
    try:
        answer = programs.run([path, "--version"], cwd=None, environment=os.environ, timeout=10)[
            1
        ].decode(errors="replace")
    except programs.ProgramError:
        return Tool(tool, path, "")
    match = re.search(r"\d+(?:\.\d+)+\S*", answer)
    return Tool(tool, path, match[0].rstrip(",") if match else "")


def git(*arguments: str, cwd: Path) -> str:
    """Run git without its repository variables, hooks and signatures; return its output."""
    command = [programs.git_program(), *_GIT_OPTIONS, *arguments]
    environment = programs.git_environment()
    return programs.run(command, cwd=cwd, environment=environment)[1].decode(errors="replace")


def git_identity(cwd: Path | None = None) -> tuple[str, str]:
    """Return the user's name and e-mail address as git knows them; empty where it does not."""
    try:
        known = git("config", "--get-regexp", "--null", r"^user\.(name|email)$", cwd=cwd or Path())
    except programs.ProgramError:
        known = ""
    pairs = dict(entry.split("\n", 1) for entry in known.split("\0") if "\n" in entry)
    return (
        os.environ.get("GIT_AUTHOR_NAME") or pairs.get("user.name", ""),
        os.environ.get("GIT_AUTHOR_EMAIL") or pairs.get("user.email", ""),
    )


def enclosing_repository(path: Path) -> Path | None:
    """Return the git work tree that a folder is in, without running git."""
    for folder in (path, *path.parents):
        mark = folder / ".git"
        if mark.is_file() or (mark / "HEAD").exists():
            return folder
    return None


def has_commits(path: Path) -> bool:
    """Whether this folder is the root of a git work tree with history; yes if in doubt."""
    if not os.path.lexists(path / ".git"):
        return False
    try:
        return bool(git("rev-list", "--all", "--max-count=1", cwd=path))
    except programs.ProgramError:
        return True


def git_obstacle(path: Path) -> str | None:
    """Return why no repository can be made in a folder, for people; None where one can."""
    outer = enclosing_repository(path)
    if outer is not None:
        return (
            f"No git repository was made: the project is inside {outer}. "
            "Run `git init` in it, if it should be its own."
        )
    try:
        programs.git_program()
    except programs.ProgramError as error:
        return f"No git repository was made: {error}"
    return None


def git_init(path: Path, author_name: str = "", author_email: str = "") -> str | None:
    """Create a repository with one commit of all files; return a warning if that fails.

    Inside another work tree nothing is done: which repository the project belongs to is the
    user's decision. The author is who git says the user is, else who is given here.
    """
    if obstacle := git_obstacle(path):
        return obstacle
    try:
        git("init", "--quiet", "--template=", "--initial-branch=main", cwd=path)
        (path / ".git/info").mkdir(exist_ok=True)
        (path / ".git/info/exclude").write_text("/.env\n")  # even if the template forgets it
        git("-c", "core.looseCompression=0", "add", "--all", cwd=path)  # thrice as fast
        commit = ("commit", "--quiet", "--no-verify", "-m", "Initial commit")
        try:
            git("-c", "user.useConfigOnly=true", *commit, cwd=path)
        except programs.ProgramError:
            git(*identity_options(path, author_name, author_email), *commit, cwd=path)
    except (programs.ProgramError, OSError) as error:
        shutil.rmtree(path / ".git", ignore_errors=True)
        return f"No git repository was made: {error}"
    return None


def uv_environment() -> dict[str, str]:
    """Return the environment in which uv works on the project in its folder, and on no other."""
    return {key: value for key, value in os.environ.items() if key not in _UV_DROPPED}


def uv_lock(path: Path) -> str | None:
    """Write uv.lock for the project in this folder; return a warning if that failed.

    uv works in a folder of its own, so a workspace around the project is never touched.
    """
    program = shutil.which("uv")
    if program is None:
        return "uv.lock was not written: uv is not installed. See https://docs.astral.sh/uv/"
    environment = uv_environment() | {"UV_PYTHON_DOWNLOADS": "never"}
    environment.pop("UV_PYTHON", None)
    command = [program, "lock", "--quiet", "--python", sys.executable]
    try:
        with tempfile.TemporaryDirectory(prefix="newapi-lock-") as name:
            folder = Path(name) / path.name
            folder.mkdir()
            shutil.copyfile(path / "pyproject.toml", folder / "pyproject.toml")
            programs.run(command, cwd=folder, environment=environment, timeout=UV_TIMEOUT)
            shutil.copyfile(folder / "uv.lock", path / "uv.lock")
    except (programs.ProgramError, OSError) as error:
        (path / "uv.lock").unlink(missing_ok=True)
        reason = error.output if isinstance(error, programs.ProgramError) else str(error)
        return (
            f"uv.lock was not written. Run `uv lock` in the project when this is mended:\n{reason}"
        )
    return None


def locked(path: Path) -> int:
    """Return the number of packages in the lock file of this folder, without the project."""
    return (path / "uv.lock").read_bytes().count(b"\n[[package]]\n") - 1


def identity_options(path: Path, author_name: str, author_email: str) -> tuple[str, ...]:
    """Return the git options that name an author, where git knows none."""
    name, email = git_identity(path)
    options = []
    if not name:
        options += ["-c", f"user.name={author_name or 'newapi'}"]
    if not email:
        options += ["-c", f"user.email={author_email or 'newapi@localhost'}"]
    return tuple(options)
