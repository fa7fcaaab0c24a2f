"""Compare a project with the releases of another template, file by file.

Only the names that git gives to contents are compared: no code of the template is run, and nothing
is rendered. A file in which the template writes an answer therefore counts as changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newapi.errors import Problem, UsageError
from newapi.project.git import Repository
from newapi.template import sources
from newapi.update import patch

if TYPE_CHECKING:
    from newapi.adopt.likeness import Committed

_MOST_CANDIDATES = 3


@dataclass(frozen=True)
class Comparison:
    """The release that comes nearest, and the paths of the project compared with it."""

    release: str
    candidates: Mapping[str, float]  # the share of the files of a release that the project has
    untouched: tuple[str, ...]
    modified: tuple[str, ...]
    deleted: tuple[str, ...]
    own: tuple[str, ...]
    patch: str  # from the release to the project, for the modified files


def compare(committed: Committed, template: str, release: str | None) -> Comparison:
    """Find the release of a template that a project is nearest to, or take the given one.

    Raises:
        NewapiError: If the template cannot be fetched.
        UsageError: If it has no such release, or none at all.
    """
    present = {path: item.digest for path, item in committed.listing.items()}
    with sources.history(template) as folder:
        history = Repository(folder, folder, folder, "")
        tags = sources.release_tags(folder)
        if release is not None and release not in tags:
            known = ", ".join(tags) or "none"
            raise UsageError(
                [Problem(f"The template has no release {release}.", f"It has: {known}")]
            )
        if not tags:
            raise UsageError([Problem("The template has no releases.", "Give one with tags.")])
        trees = {
            tag: {path: item.digest for path, item in history.listing_of(tag).items()}
            for tag in tags
        }
        shares = {tag: _share(trees[tag], present) for tag in tags}
        nearest = sorted(tags, key=lambda tag: shares[tag], reverse=True)
        best = release or nearest[0]
        made = trees[best]
        modified = sorted(path for path in made if path in present and made[path] != present[path])
        text = _patch(committed, history, {path: made[path] for path in modified})
    return Comparison(
        release=best,
        candidates={tag: shares[tag] for tag in nearest[:_MOST_CANDIDATES]},
        untouched=tuple(sorted(p for p in made if made[p] == present.get(p))),
        modified=tuple(modified),
        deleted=tuple(sorted(made.keys() - present.keys())),
        own=tuple(sorted(present.keys() - made.keys())),
        patch=text,
    )


def _share(made: Mapping[str, str], present: Mapping[str, str]) -> float:
    same = sum(present.get(path) == digest for path, digest in made.items())
    return same / len(made) if made else 0.0


def _patch(committed: Committed, history: Repository, made: Mapping[str, str]) -> str:
    contents = history.blobs(made.values())
    ours = committed.read(made.keys())
    before = {path: replace(ours[path], data=contents[made[path]]) for path in ours}
    return patch.between(committed.repository, before, dict(ours)).decode(errors="replace")
