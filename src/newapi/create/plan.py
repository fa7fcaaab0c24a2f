"""The plan of `newapi create`, and its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newapi.template.catalog import Value
    from newapi.template.features import Change


@dataclass(frozen=True)
class Plan:
    """Everything that is decided about a project."""

    target: str
    preset: str
    answers: Mapping[str, Value]
    changes: tuple[Change, ...]
    replay: str
    is_dry_run: bool
    with_git: bool
    with_lock: bool
    force: bool


@dataclass(frozen=True)
class Made:
    """The result of a plan; of a dry run, the expected result."""

    path: Path
    files: Mapping[str, int]
    kept: tuple[str, ...]
    has_git: bool
    has_lock: bool
    warnings: tuple[str, ...]
    seconds: float
