"""Create a project from its plan, and describe the result."""

from __future__ import annotations

import os
import stat
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newapi import __version__
from newapi.create import report
from newapi.create.plan import Made, Plan
from newapi.create.staging import Staging, stage
from newapi.project import env_file, tree
from newapi.terminal import external_tools

if TYPE_CHECKING:
    from newapi.template.catalog import Value
    from newapi.template.sources import Source
    from newapi.terminal.console import Console


def make(plan: Plan, source: Source, console: Console) -> Made:
    """Make the project beside its target, then move it there in one step."""
    started = time.perf_counter()
    warnings: list[str] = []
    with stage(Path(plan.target), force=plan.force) as staging:
        _render(source, plan.answers, staging.path)
        if not plan.is_dry_run:
            warnings += _lock(plan, staging.path, console)
        warnings += _commit(plan, staging, console)
        files = _files(staging.path)
        has_git = (staging.path / ".git").is_dir()
        kept = staging.preview() if plan.is_dry_run else staging.publish()
    return Made(
        path=staging.target,
        files=files,
        kept=tuple(path.as_posix() for path in kept if path.parts[0] != ".git"),
        has_git=has_git,
        has_lock="uv.lock" in files,
        warnings=tuple(warnings),
        seconds=time.perf_counter() - started,
    )


def preview(source: Source, answers: Mapping[str, Value]) -> dict[str, int]:
    """Return the files of a project with these answers, each with its size; nothing stays.

    Raises:
        NewapiError: The template cannot be rendered.
    """
    with tempfile.TemporaryDirectory(prefix="newapi-preview-") as folder:
        _render(source, answers, Path(folder))
        return _files(Path(folder))


def document(plan: Plan, source: Source, made: Made) -> dict[str, Any]:
    """Describe the result for a program; docs/json.md explains the keys."""
    return {
        "ok": True,
        "command": "create",
        "version": __version__,
        "dry_run": plan.is_dry_run,
        "path": str(made.path),
        "preset": plan.preset,
        "answers": dict(plan.answers),
        "changes": [{"name": c.name, "value": c.value, "reason": c.reason} for c in plan.changes],
        "template": {"source": source.src_path, "commit": source.commit},
        "files": [{"path": path, "size": size} for path, size in made.files.items()],
        "kept": list(made.kept),
        "git": made.has_git,
        "lock": made.has_lock,
        "warnings": list(made.warnings),
        "next": report.next_commands(plan),
        "replay": plan.replay,
    }


def _render(source: Source, answers: Mapping[str, Value], path: Path) -> None:
    from newapi.template import engine

    engine.render(source, answers, path)
    _permit(path)
    env_file.write_env(path)


def _permit(root: Path) -> None:
    """Give files the permissions that the user's umask gives, whatever the template's have."""
    usual = stat.S_IMODE(root.stat().st_mode)
    for name in tree.walk(root):
        mode = (root / name).lstat().st_mode
        if stat.S_ISREG(mode):
            (root / name).chmod(usual & (0o777 if mode & stat.S_IXUSR else 0o666))


def _lock(plan: Plan, path: Path, console: Console) -> list[str]:
    if not plan.with_lock:
        return []
    with console.status("Running uv lock"):
        warning = external_tools.uv_lock(path)
    if warning:
        return [warning]
    console.note(f"Wrote uv.lock: {external_tools.locked(path)} packages.")
    return []


def _commit(plan: Plan, staging: Staging, console: Console) -> list[str]:
    if not plan.with_git:
        return []
    if staging.is_addition:
        return ["No git repository was made: the folder had files of its own. Look at them first."]
    if plan.is_dry_run:
        warning = external_tools.git_obstacle(staging.path)
    else:
        name, email = (str(plan.answers.get(key, "")) for key in ("author_name", "author_email"))
        warning = external_tools.git_init(staging.path, name, email)
        if not warning:
            console.note("Made a git repository with one commit.")
    return [warning] if warning else []


def _files(root: Path) -> dict[str, int]:
    """Return every file of the project with its size; not what git keeps for itself."""
    found: dict[str, int] = {}
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in files:
            path = Path(folder, name)
            found[path.relative_to(root).as_posix()] = path.lstat().st_size
    return dict(sorted(found.items()))
