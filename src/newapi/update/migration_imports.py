"""Keep the modules that revisions of the project import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from newapi.project import locations, tree
from newapi.project.locations import Locations
from newapi.update.merge import Merged, Outcome

NOTE = "a migration imports it"


def keep(merged: Merged, places: Locations = locations.DEFAULT) -> Merged:
    """Leave files in place that the template drops, but a revision of the project imports."""
    removed = {path for path, entry in merged.writes.items() if entry is None}
    if not removed:
        return merged
    kept: set[str] = set()
    waiting = places.of(merged.tree)
    while waiting:
        path = waiting.pop()
        entry = merged.writes.get(path) or merged.ours[path]
        found = {p for name in _imports(entry.data) for p in _files(name)} & removed - kept
        kept |= found
        waiting += found
    told = {outcome.path: outcome for outcome in merged.outcomes}
    told |= {path: Outcome(path, "kept", NOTE) for path in kept}
    return replace(
        merged,
        writes={path: entry for path, entry in merged.writes.items() if path not in kept},
        outcomes=tuple(told[path] for path in sorted(told)),
    )


def _imports(source: bytes) -> Iterator[str]:
    """Yield every module that a file may import, by its full name."""
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files(module: str) -> Iterator[str]:
    path = module.replace(".", "/")
    yield f"{path}.py"
    yield from (f"{folder}/__init__.py" for folder in (path, *tree.parents(path)))
