"""`newapi update`, `add` and `remove`: merge another version, or other choices, into a project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newapi.errors import Problem, UsageError
from newapi.project import answers_file
from newapi.questions.choices import Choices
from newapi.update import execution, next_steps, planning, report, verification
from newapi.update.planning import Wanted

if TYPE_CHECKING:
    from newapi.project.git import Repository
    from newapi.terminal.console import Console
    from newapi.update.planning import Plan
    from newapi.update.text_merge import Style


@dataclass(frozen=True)
class Options:
    """The command line of `update`, `add`, `remove` and `diff`."""

    command: str = "update"
    path: str | None = None
    version: str | None = None
    preset: str | None = None
    enabled: Sequence[str] | None = None
    disabled: Sequence[str] | None = None
    settings: Sequence[str] | None = None
    answers_file: str | None = None
    template: str | None = None
    is_dry_run: bool = False
    conflict: str = "inline"
    keep_tables: bool = False
    is_repair: bool = False
    is_verified: bool = False  # by the checks of the project
    use_defaults: bool = False


def run(options: Options, console: Console) -> int:
    """Update a project, or show what would happen."""
    repository = execution.locate(options.path)
    request, is_dry_run = wanted(options), options.is_dry_run
    with execution.at_work(repository, console, is_dry_run=is_dry_run) as desk:
        plan = planning.plan(repository, request, console)
        if options.is_verified:
            found = verification.verify(repository, plan.earlier, plan.merged, console)
            plan = replace(plan, verification=found)
        told = execution.describe(options.command, repository, plan, is_dry_run=is_dry_run)
        document = execution.carry_out(repository, desk, plan, told)
    return finish(repository, plan, document, console, is_asking=not options.use_defaults)


def finish(
    repository: Repository,
    plan: Plan,
    document: execution.Document,
    console: Console,
    *,
    is_asking: bool = True,
) -> int:
    """Print what happened, offer to run the next steps, and return the exit code."""
    code = _tell(document, console)
    if console.can_ask and is_asking and not document["dry_run"]:
        next_steps.make(console, repository.project, execution.offered(plan))
    return code


def go_on(path: str | None, console: Console) -> int:
    """Finish an update that was interrupted."""
    return _tell(execution.go_on(execution.locate(path)), console)


def abort(path: str | None, console: Console) -> int:
    """Take back the newest change that is not committed."""
    document = execution.abort(execution.locate(path), console)
    if console.is_json:
        console.document(document)
    else:
        report.aborted(console, document)
    return 0


def wanted(options: Options) -> Wanted:
    """Understand the command line."""
    problems: list[Problem] = []
    file = answers_file.Answers()
    if options.answers_file is not None:
        file, problems = answers_file.read(options.answers_file)
    if options.conflict not in {"inline", "rej"}:
        message = f"--conflict is inline or rej, not {options.conflict!r}."
        problems = [*problems, Problem(message, "--conflict inline")]
    if problems:
        raise UsageError(problems)
    style: Style = "rej" if options.conflict == "rej" else "inline"
    return Wanted(
        choices=Choices(
            preset=options.preset,
            enabled=tuple(options.enabled or ()),
            disabled=tuple(options.disabled or ()),
            settings=tuple(options.settings or ()),
            file=file,
        ),
        template=options.template,
        version=options.version,
        is_at_home=options.command in {"add", "remove"} or options.is_repair,
        is_repair=options.is_repair,
        style=style,
        keep_tables=options.keep_tables,
        is_quiet_required=options.command != "diff",
        may_follow=options.command in {"generate", "add", "remove"},
    )


def _tell(document: execution.Document, console: Console) -> int:
    if console.is_json:
        console.document(document)
    else:
        report.updated(console, document)
    return int(document["exit_code"])
