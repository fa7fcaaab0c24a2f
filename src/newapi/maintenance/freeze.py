"""Freeze the template of a checkout as the next release."""

from __future__ import annotations

import re
from pathlib import Path

import newapi
from newapi.errors import NewapiError, Problem, UsageError
from newapi.maintenance.lint import lint
from newapi.releases import snapshot, store


def freeze(root: Path, version: str, folder: Path = store.FOLDER) -> Path:
    """Write `vX.Y.Z.json` from a checkout; an existing file is never changed.

    Raises:
        UsageError: This version cannot be the next one.
        NewapiError: The template is not fit to be kept for ever.
    """
    name = f"v{version}"
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise _refusal(f"{version!r} is not a version.", "Give X.Y.Z.")
    if name in store.versions(folder):
        raise _refusal(f"{name} is frozen already.", "Raise the version of the package.")
    newest = store.newest(folder)
    if newest and store.sort_key(name) < store.sort_key(newest):
        raise _refusal(f"{name} is older than {newest}.", "Releases are frozen in order.")
    if version != newapi.__version__:
        fix = "Freeze that version, or change it in src/newapi/__init__.py first."
        raise _refusal(f"The package has version {newapi.__version__}.", fix)
    store.verify(folder)
    if flaws := lint(root):
        message = "The template cannot be frozen:\n" + "\n".join(f"  {f}" for f in flaws)
        raise NewapiError(message, "Mend the template, then freeze it again.")
    text = store.dump(store.build(name, snapshot.read(root), folder))
    path = folder / f"{name}.json"
    draft = folder / f".{name}.json.part"
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)
    return path


def _refusal(message: str, fix: str) -> UsageError:
    return UsageError([Problem(message, fix)])
