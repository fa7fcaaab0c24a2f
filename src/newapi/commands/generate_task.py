"""`newapi generate task`: one more kind of background work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from newapi import offers, tasks, update_report, updating
from newapi.planning import Wanted

if TYPE_CHECKING:
    from newapi.console import Console


@dataclass(frozen=True)
class Options:
    """The command line."""

    name: str
    path: str | None = None
    is_dry_run: bool = False


def run(options: Options, console: Console) -> int:
    """Generate, or show what would happen."""
    repository = updating.locate(options.path)
    if options.is_dry_run:
        updating.require_finished(repository)
        plan = tasks.plan(repository, options.name, Wanted(), console)
        document = updating.describe("generate", repository, plan, is_dry_run=True)
    else:
        with updating.at_work(repository, console) as desk:
            plan = tasks.plan(repository, options.name, Wanted(), console)
            document = updating.describe("generate", repository, plan, is_dry_run=False)
            updating.carry_out(repository, desk, plan, document)
    document = {**document, "title": plan.title}
    if console.is_json:
        console.document(document)
    else:
        update_report.updated(console, document)
    if console.can_ask and not options.is_dry_run:
        offers.make(console, repository.project, updating.offered("generate", plan))
    return int(document["exit_code"])
