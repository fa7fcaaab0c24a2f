"""`newapi diff`: the patch that an update would make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newapi import patch, planning, updating
from newapi.commands import update

if TYPE_CHECKING:
    from newapi.console import Console


def run(options: update.Options, console: Console) -> int:
    """Print the patch; with `--json` it is in the document."""
    repository = updating.locate(options.path)
    updating.require_finished(repository)
    plan = planning.plan(repository, update.wanted(options), console)
    text = patch.make(repository, plan)
    if console.is_json:
        document = updating.describe("diff", repository, plan, is_dry_run=True)
        console.document({**document, "patch": text.decode(errors="replace")})
    else:
        console.raw(text)
    return updating.CONFLICTS if plan.conflicts else 0
