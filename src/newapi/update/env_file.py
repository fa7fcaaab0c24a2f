"""Add the variables that the `.env` of a project lacks to an update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from newapi.project import tree
from newapi.project.env_file import ENV, EXAMPLE, missing
from newapi.update.merge import Merged, Outcome


def fill(
    project: Path, merged: Merged, ignored: frozenset[str], renamed: Mapping[str, str]
) -> tuple[Merged, frozenset[str]]:
    """Return the merge with the variables that `.env` lacks, and the ignored paths with `.env`.

    An `.env` that git keeps, or that the merge writes, is left alone.
    """
    present = tree.look(project / ENV)
    example = merged.tree.get(EXAMPLE)
    is_kept = ENV in merged.ours and ENV not in ignored
    if present is None or example is None or not (present.is_text and example.is_text) or is_kept:
        return merged, ignored
    if ENV in merged.writes:
        return merged, ignored
    text, added = missing(present.data, example.data, renamed)
    if not added:
        return merged, ignored
    outcome = Outcome(ENV, "updated", f"added {', '.join(added)}")
    changed = replace(
        merged,
        ours={**merged.ours, ENV: present},
        writes={**merged.writes, ENV: replace(present, data=text)},
        outcomes=tuple(sorted((*merged.outcomes, outcome), key=lambda found: found.path)),
    )
    return changed, ignored | {ENV}
