"""`newapi generate task`: one more kind of background work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from newapi.commands import update
from newapi.generate import task_plan
from newapi.update import execution
from newapi.update.planning import Wanted

if TYPE_CHECKING:
    from newapi.terminal.console import Console


@dataclass(frozen=True)
class Options:
    """The command line."""

    name: str
    path: str | None = None
    is_dry_run: bool = False


def run(options: Options, console: Console) -> int:
    """Generate, or show what would happen."""
    repository, is_dry_run = execution.locate(options.path), options.is_dry_run
    with execution.at_work(repository, console, is_dry_run=is_dry_run) as desk:
        plan = task_plan.plan(repository, options.name, Wanted(may_follow=True), console)
        told = execution.describe("generate", repository, plan, is_dry_run=is_dry_run)
        document = execution.carry_out(repository, desk, plan, told)
    return update.finish(repository, plan, document, console)
