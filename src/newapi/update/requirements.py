"""Requirements that are new in the template, where the project names its own in another way."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from newapi.update.findings import Finding

if TYPE_CHECKING:
    from newapi.project.tree import Entry, Tree

_PYPROJECT = "pyproject.toml"
_FILES = frozenset({_PYPROJECT, "Pipfile", "setup.cfg", "setup.py", "environment.yml"})
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


def is_list(path: str) -> bool:
    """Whether a file may name the requirements of a project."""
    name = PurePosixPath(path)
    is_text = name.suffix in {".txt", ".in"} and "requirements" in path
    return name.name in _FILES or is_text


def missing(base: Tree, theirs: Tree, after: Tree) -> list[Finding]:
    """Return a finding where the template requires packages that no file of the project names."""
    old, new = (_required(side.get(_PYPROJECT)) for side in (base, theirs))
    added = new.keys() - old.keys()
    named = {
        _normal(name)
        for path, entry in (after.items() if added else ())
        if is_list(path)
        for name in _NAME.findall(entry.data.decode(errors="replace"))
    }
    lacking = sorted(new[name] for name in added - named)
    if not lacking:
        return []
    message = f"the template requires {', '.join(lacking)} now, which no file of the project names"
    return [Finding(_PYPROJECT, 0, message)]


def _required(entry: Entry | None) -> Mapping[str, str]:
    """Return the requirements of a project, by the names of the packages."""
    try:
        found: dict[str, Any] = tomllib.loads(entry.data.decode()) if entry else {}
    except ValueError:
        return {}
    groups = found.get("dependency-groups", {})
    lists = [found.get("project", {}).get("dependencies", []), *groups.values()]
    every = [text for each in lists for text in each if isinstance(text, str)]
    return {_normal(match[0]): text for text in every if (match := _NAME.match(text))}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
