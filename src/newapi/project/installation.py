"""Where this newapi was installed from, and whether it is the newest."""

from __future__ import annotations

import json
import os
import shlex
import sys
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Literal, TypeAlias

from newapi import __version__
from newapi.errors import NewapiError
from newapi.project import history, tree
from newapi.project.answers_file import ANSWERS_FILE
from newapi.releases import store
from newapi.template import sources
from newapi.terminal import programs

Origin: TypeAlias = Literal["checkout", "direct", "index"]

DISTRIBUTION = "newapi-cli"
UPGRADE = f"uv tool upgrade {DISTRIBUTION}, or pip install --upgrade {DISTRIBUTION}"
# How long the package index may take.
_TIMEOUT = 5.0
_ASK = ("--no-deps", "--no-header", "--no-annotate", "--quiet", "--python", sys.executable)


@dataclass(frozen=True, kw_only=True)
class Installation:
    """This installation of newapi. `is_newest` is None if the newest version is unknown."""

    origin: Origin
    location: str
    newest: str | None = None
    is_newest: bool | None = None
    message: str
    hint: str


def look(folder: Path) -> Installation:
    """Find out whether this newapi is the newest, as far as it can be known from a folder.

    Only an installation from the package index is compared with the index.
    """
    origin, location = _origin()
    hint = UPGRADE if origin == "index" else _way(origin, location)
    message = f"newapi {__version__} is what {location} has, or had when it was installed."
    if origin == "checkout":
        message = f"newapi {__version__} runs from {location}, and is what that folder has."
    found = Installation(origin=origin, location=location, message=message, hint=hint)
    if release := _newer_release(folder):
        message = f"The project here has {release}, which newapi {__version__} does not have."
        return replace(found, is_newest=False, message=message)
    return _compared(found) if origin == "index" else found


def _origin() -> tuple[Origin, str]:
    root = sources.checkout()
    if root is not None:
        return "checkout", str(root)
    try:
        text = metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
        url = str(json.loads(text)["url"]) if text else ""
    except (metadata.PackageNotFoundError, ValueError, KeyError, TypeError):
        url = ""
    return ("direct", url) if url else ("index", "the package index")


def _way(origin: Origin, location: str) -> str:
    if origin == "checkout":
        return f"git -C {shlex.quote(location)} pull"
    if location.startswith("file:"):
        return "git pull in that folder, then uv tool install --reinstall ."
    return f"uv tool install --reinstall {shlex.quote(location)}"


def _newer_release(folder: Path) -> str:
    """Return the release of the project around a folder, if this newapi does not have it."""
    for parent in (folder, *folder.parents):
        if (parent / ANSWERS_FILE).is_file():
            break
    else:
        return ""
    try:
        entry = tree.look(parent / ANSWERS_FILE)
        record = history.read(entry.data if entry else None)
        release = store.sort_key(f"v{record.commit.removeprefix('v')}")
    except (NewapiError, OSError, ValueError):
        return ""
    newest = store.newest()
    is_newer = newest is None or release > store.sort_key(newest)
    return record.commit if record.is_own and is_newer else ""


def _compared(found: Installation) -> Installation:
    """Compare an installation with the package index."""
    from packaging.version import InvalidVersion, Version

    try:
        newest = _ask()
        is_newest = Version(__version__) >= Version(newest)
    except (programs.ProgramError, InvalidVersion):
        reason = f"uv gets no answer about {DISTRIBUTION} from the package index"
        message = f"Whether newapi {__version__} is the newest is not known: {reason}."
        return replace(found, message=message)
    if is_newest:
        message = f"newapi {__version__} is the newest."
        return replace(found, newest=newest, is_newest=True, message=message, hint="")
    message = f"newapi {newest} is available; this is {__version__}."
    return replace(found, newest=newest, is_newest=False, message=message)


def _ask() -> str:
    """Return the newest version of newapi on the package index that uv is set up for.

    Raises:
        ProgramError: If uv is missing, or does not get an answer in time.
    """
    _, output = programs.run(
        ["uv", "pip", "compile", *_ASK, "-"],
        cwd=None,
        environment=os.environ,
        timeout=_TIMEOUT,
        stdin=DISTRIBUTION.encode(),
    )
    return output.decode(errors="replace").strip().partition("==")[2]
