"""Write a plan as a patch that `git apply` takes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from newapi.project import tree

if TYPE_CHECKING:
    from newapi.project.git import Repository
    from newapi.project.tree import Entry
    from newapi.update.planning import Plan

_OPTIONS = (
    *("--no-index", "--no-prefix", "--no-renames", "--binary", "--full-index", "--no-color"),
    *("--no-ext-diff", "--no-textconv", "--no-indent-heuristic", "--unified=3"),
)


def make(repository: Repository, plan: Plan) -> bytes:
    """Return the patch of a plan, without files that git ignores."""
    paths = [path for path in plan.merged.writes if path not in plan.ignored]
    before = {path: plan.merged.ours.get(path) for path in paths}
    return between(repository, before, {path: plan.merged.writes[path] for path in paths})


def between(
    repository: Repository,
    before: Mapping[str, Entry | None],
    after: Mapping[str, Entry | None],
) -> bytes:
    """Return the patch that leads from some files to others; None is no file."""
    with tempfile.TemporaryDirectory(prefix="newapi-diff-") as name:
        root = Path(name)
        for side in ("a", "b"):
            (root / side).mkdir()
        for side, files in (("a", before), ("b", after)):
            for path, entry in files.items():
                if entry is not None:
                    tree.write(root / side / path, entry)
        return repository.run(
            "-C", name, "-c", "core.fileMode=true", "diff", *_OPTIONS, "a", "b", accepted=(0, 1),
            variables={"GIT_CEILING_DIRECTORIES": os.fspath(root.parent)},
        )  # fmt: skip
