"""Find the distributions that projects can depend on: their names are taken."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from newapi.errors import NewapiError
from newapi.questions import names
from newapi.terminal import programs

_HEAD = """\
# What a project can depend on, whatever is chosen: distributions and their modules.
# Written by `python -m newapi.maintenance dependencies`.
"""
_COMPILE = (
    *("--universal", "--python-version", "3.11", "--no-header", "--no-annotate"),
    *("--output-file", "locked.txt", "requirements.in"),
)
_INSTALL = ("--target", "site", "--requirement", "locked.txt")


def record(root: Path, path: Path = names.DEPENDENCIES) -> Path:
    """Resolve the requirements of a template for every system, and write the names to a file.

    Raises:
        NewapiError: If uv is missing, or the package index does not answer.
    """
    requirements = "\n".join(sorted(names.requirements(root)))
    found = resolve(requirements)
    lines = "\n".join(sorted(found))
    path.write_text(f"{_HEAD}{lines}\n", encoding="utf-8", newline="\n")
    return path


def resolve(requirements: str) -> set[str]:
    """Return the normalized names of all distributions behind requirements, and of modules."""
    with tempfile.TemporaryDirectory(prefix="newapi-dependencies-") as name:
        folder = Path(name)
        (folder / "requirements.in").write_text(requirements, "utf-8")
        _uv("compile", *_COMPILE, cwd=folder)
        _uv("install", "--python", sys.executable, *_INSTALL, cwd=folder)
        locked = (folder / "locked.txt").read_text("utf-8").splitlines()
        found = {canonicalize_name(Requirement(line).name) for line in locked}
        return found | _modules(folder / "site")


def _modules(site: Path) -> set[str]:
    """Return the names of the modules that are installed in a folder, without private ones.

    What a distribution leaves beside its modules, such as `docs`, is no package.
    """
    folders = {path.parent.name for path in site.glob("*/__init__.*")}
    files = {path.name.split(".")[0] for path in site.iterdir() if path.suffix in {".py", ".so"}}
    modules = {name for name in folders | files if name.isidentifier()}
    private = {name for name in modules if name.startswith("_") or name.endswith("__mypyc")}
    return {canonicalize_name(name) for name in modules - private}


def _uv(command: str, *options: str, cwd: Path) -> None:
    try:
        programs.run(["uv", "pip", command, "--quiet", *options], cwd=cwd, environment=os.environ)
    except programs.ProgramError as error:
        raise NewapiError(f"uv pip {command} failed.", error.output) from error
