"""`newapi generate resource`: a resource of one's own design, made, changed or removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from newapi.commands import update
from newapi.errors import Problem, UsageError
from newapi.generate import resource_plan
from newapi.generate.decision import Request
from newapi.resources import fields
from newapi.resources.changes import Changes
from newapi.resources.definition import ACCESSES, APIS
from newapi.update import execution
from newapi.update.planning import Wanted

if TYPE_CHECKING:
    from newapi.generate.resource_plan import Generated
    from newapi.project.git import Repository
    from newapi.terminal.console import Console


@dataclass(frozen=True)
class Options:
    """The command line."""

    name: str
    fields: Sequence[str] = ()
    accesses: Sequence[str] = ()
    plural: str | None = None
    api: str | None = None
    is_versioned: bool = False
    is_audited: bool = False
    is_soft_delete: bool = False
    add: Sequence[str] = ()
    drop: Sequence[str] = ()
    rename: Sequence[str] = ()
    change: Sequence[str] = ()
    add_rules: Sequence[str] = ()
    drop_rules: Sequence[str] = ()
    csv: bool | None = None
    is_removed: bool = False
    keep_tables: bool = False
    path: str | None = None
    is_dry_run: bool = False
    conflict: str = "inline"


def run(options: Options, console: Console) -> int:
    """Generate, or show what would happen."""
    repository = execution.locate(options.path)
    request, wanted, is_dry_run = _request(options), _wanted(options), options.is_dry_run
    with execution.at_work(repository, console, is_dry_run=is_dry_run) as desk:
        found = resource_plan.plan(repository, request, wanted, console)
        told = _describe(repository, found, is_dry_run=is_dry_run)
        document = execution.carry_out(repository, desk, found.plan, told)
    return update.finish(repository, found.plan, document, console)


def _request(options: Options) -> Request:
    problems = []
    if len(options.accesses) > 1:
        ways = "--owned, --owner-writes, --signed-in, --public and --admin-only"
        message = f"{ways} contradict each other."
        problems.append(Problem(message, "Keep one of them."))
    access = next((each for each in ACCESSES if each in options.accesses), None)
    api = next((each for each in APIS if each == options.api), None)
    if options.api is not None and api is None:
        problems.append(Problem(f"--api is {' or '.join(APIS)}, not {options.api!r}.", "--api v1"))
    if problems:
        raise UsageError(problems)
    return Request(
        name=options.name,
        fields=tuple(options.fields),
        plural=options.plural,
        access=access,
        api=api,
        versioned=options.is_versioned,
        audited=options.is_audited,
        soft_delete=options.is_soft_delete,
        changes=Changes(
            add=tuple(options.add),
            drop=tuple(options.drop),
            rename=tuple(options.rename),
            change=tuple(options.change),
            add_rules=tuple(options.add_rules),
            drop_rules=tuple(options.drop_rules),
            csv=options.csv,
        ),
        is_removed=options.is_removed,
    )


def _wanted(options: Options) -> Wanted:
    shared = update.Options("generate", keep_tables=options.keep_tables, conflict=options.conflict)
    return update.wanted(shared)


def _describe(repository: Repository, found: Generated, *, is_dry_run: bool) -> dict[str, Any]:
    """Say what happens, for a program; docs/json.md explains the keys."""
    (decision,) = found.decisions
    definition = decision.definition
    return {
        **execution.describe("generate", repository, found.plan, is_dry_run=is_dry_run),
        "action": decision.verb,
        "resource": {
            "name": definition.name,
            "plural": definition.plural,
            "access": definition.access,
            "api": definition.api,
            "fields": [fields.render(field) for field in definition.fields],
            "rules": [rule.text for rule in definition.rules],
            **definition.switches,
        },
    }
