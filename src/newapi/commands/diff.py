"""`newapi diff`: the patch that an update would make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newapi.commands import update
from newapi.update import execution, patch, planning, transaction

if TYPE_CHECKING:
    from newapi.terminal.console import Console


def run(options: update.Options, console: Console) -> int:
    """Print the patch; with `--json` it is in the document."""
    repository = execution.locate(options.path)
    execution.require_finished(repository)
    plan = planning.plan(repository, update.wanted(options), console)
    text = patch.make(repository, plan)
    if console.is_json:
        document = execution.describe("diff", repository, plan, is_dry_run=True)
        console.document({**document, "patch": text.decode(errors="replace")})
    else:
        console.raw(text)
    return 0 if plan.is_complete else transaction.CONFLICTS
