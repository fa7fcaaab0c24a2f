"""Find merged files that are no longer valid Python, TOML, YAML or JSON."""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

from newapi.project.tree import Tree
from newapi.update.merge import Merged


def broken(merged: Merged, theirs: Tree) -> Iterator[str]:
    """Yield the files that merged without a conflict and cannot be parsed as both sides can."""
    for outcome in merged.outcomes:
        suffix = PurePosixPath(outcome.path).suffix
        entry = merged.writes.get(outcome.path)
        before = merged.ours.get(outcome.origin or outcome.path) or merged.ours.get(outcome.path)
        wanted = theirs.get(outcome.path)
        if outcome.conflicts or entry is None or before is None or suffix not in _PARSERS:
            continue
        if entry in (before, wanted):
            continue
        sides = [before, wanted] if wanted else [before]
        if all(_parses(suffix, side.data) for side in sides) and not _parses(suffix, entry.data):
            yield outcome.path


def _parses(suffix: str, data: bytes) -> bool:
    try:
        _PARSERS[suffix](data)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return False
    return True


def _yaml(data: bytes) -> None:
    import yaml

    try:
        for _ in yaml.parse(data, Loader=yaml.BaseLoader):
            pass
    except yaml.YAMLError as error:
        raise ValueError from error


_PARSERS: Mapping[str, Callable[[bytes], object]] = {
    ".json": json.loads,
    ".py": ast.parse,
    ".toml": lambda data: tomllib.loads(data.decode()),
    ".yaml": _yaml,
    ".yml": _yaml,
}
