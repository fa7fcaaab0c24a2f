"""The folders in which a project keeps its revisions, as the configuration of Alembic says."""

from __future__ import annotations

import configparser
import os
import posixpath
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from newapi.project import tree
from newapi.project.revisions import FOLDER

INI, PYPROJECT = "alembic.ini", "pyproject.toml"
_SEPARATORS = {"space": None, "newline": "\n", "os": os.pathsep, ":": ":", ";": ";"}


@dataclass(frozen=True)
class Locations:
    """The folders of revision files; `recursive` when Alembic looks into their subfolders too."""

    folders: tuple[str, ...] = (FOLDER,)
    recursive: bool = False

    def has(self, path: str) -> bool:
        """Whether a path is that of a revision file."""
        folder, _, name = path.rpartition("/")
        if not name.endswith(".py") or name == "__init__.py":
            return False
        if folder in self.folders:
            return True
        return self.recursive and any(parent in self.folders for parent in tree.parents(path))

    def of(self, paths: Iterable[str]) -> list[str]:
        """Return those of these paths that are revision files."""
        return [path for path in paths if self.has(path)]


DEFAULT = Locations()


def config_files(paths: Collection[str]) -> list[str]:
    """Return the paths of the files that may configure Alembic, the one that counts first."""
    inis = [path for path in paths if path.rpartition("/")[2] == INI]
    return [*sorted(inis, key=lambda path: (path.count("/"), path))[:1],
            *(path for path in (PYPROJECT,) if path in paths)]  # fmt: skip


def read(contents: Mapping[str, bytes], paths: Collection[str], project: Path) -> Locations:
    """Return where revisions are, from the contents of these configuration files.

    Links are followed as long as they stay inside the project.

    A folder in which there is no file of the project does not count: where none of the configured
    ones has any, the folders are those of a new project.
    """
    found: dict[str, Any] = {}
    here = ""
    for path, data in contents.items():
        options = _of_toml(data) if path.endswith(".toml") else _of_ini(data)
        found = {**options, **found}
        if path.endswith(".ini"):
            here = path.rpartition("/")[0]
    folders = [_resolved(project, _relative(folder, here)) for folder in _folders(found)]
    known = tree.folders(dict.fromkeys(paths))
    used = tuple(dict.fromkeys(folder for folder in folders if folder in known))
    is_recursive = str(found.get("recursive_version_locations", "")).lower() in {"true", "1", "yes"}
    return replace(DEFAULT, folders=used or (FOLDER,), recursive=is_recursive)


def _folders(options: Mapping[str, Any]) -> list[str]:
    located = options.get("version_locations")
    if isinstance(located, list):
        return [str(folder) for folder in located]
    if located:
        name = options.get("path_separator") or options.get("version_path_separator") or ""
        text = str(located)
        separator = _SEPARATORS.get(str(name))
        parts = text.split(separator) if name in _SEPARATORS else re.split(r", *|\s+", text)
        return [part.strip() for part in parts if part.strip()]
    return [f"{options.get('script_location') or 'alembic'}/versions"]


def _relative(folder: str, here: str) -> str:
    """Return a configured folder relative to the project; a relative one is from where it runs."""
    is_from_file = "%(here)s" in folder
    path = folder.replace("%(here)s", here or ".")
    path = posixpath.normpath(path.replace("\\", "/"))
    return path if is_from_file or not posixpath.isabs(path) else path.lstrip("/")


def _resolved(project: Path, folder: str) -> str:
    target = Path(os.path.realpath(project / folder))
    return target.relative_to(project).as_posix() if target.is_relative_to(project) else folder


def _of_ini(data: bytes) -> dict[str, Any]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(data.decode("utf-8-sig"))
    except (configparser.Error, UnicodeDecodeError):
        return {}
    return dict(parser["alembic"]) if parser.has_section("alembic") else {}


def _of_toml(data: bytes) -> dict[str, Any]:
    try:
        tool = tomllib.loads(data.decode("utf-8-sig")).get("tool", {})
    except ValueError:
        return {}
    found = tool.get("alembic", {}) if isinstance(tool, dict) else {}
    return dict(found) if isinstance(found, dict) else {}
