"""Write a plan as a patch that `git apply` takes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from newapi.project.tree import Entry

if TYPE_CHECKING:
    from newapi.project.git import Repository
    from newapi.update.planning import Plan

_OPTIONS = (
    *("--no-index", "--no-prefix", "--no-renames", "--binary", "--full-index", "--no-color"),
    *("--no-ext-diff", "--no-textconv", "--no-indent-heuristic", "--unified=3"),
)


def make(repository: Repository, plan: Plan) -> bytes:
    """Return the patch of a plan, without files that git ignores."""
    with tempfile.TemporaryDirectory(prefix="newapi-diff-") as name:
        root = Path(name)
        for side in ("a", "b"):
            (root / side).mkdir()
        for path, entry in plan.merged.writes.items():
            if path in plan.ignored:
                continue
            _write(root / "a" / path, plan.merged.ours.get(path))
            _write(root / "b" / path, entry)
        return repository.run(
            "-C", name, "-c", "core.fileMode=true", "diff", *_OPTIONS, "a", "b", accepted=(0, 1),
            variables={"GIT_CEILING_DIRECTORIES": os.fspath(root.parent)},
        )  # fmt: skip


def _write(path: Path, entry: Entry | None) -> None:
    if entry is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if entry.kind == "link":
        path.symlink_to(os.fsdecode(entry.data))
        return
    path.write_bytes(entry.data)
    path.chmod(0o755 if entry.executable else 0o644)
