"""`newapi update`, `add` and `remove`: merge another version, or other choices, into a project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from newapi.errors import Problem, UsageError
from newapi.project import answers_file
from newapi.questions.choices import Choices
from newapi.update import execution, next_steps, planning, report
from newapi.update.planning import Wanted

if TYPE_CHECKING:
    from newapi.project.git import Repository
    from newapi.terminal.console import Console
    from newapi.update.planning import Plan
    from newapi.update.text_merge import Style

    Decided: TypeAlias = tuple[Plan, execution.Document]


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
    use_defaults: bool = False


def run(options: Options, console: Console) -> int:
    """Update a project, or show what would happen."""
    repository = execution.locate(options.path)
    request, is_dry_run = wanted(options), options.is_dry_run

    def decide() -> Decided:
        plan = planning.plan(repository, request, console)
        return plan, execution.describe(options.command, repository, plan, is_dry_run=is_dry_run)

    is_asking = not options.use_defaults
    return carry_out(repository, decide, console, is_dry_run=is_dry_run, is_asking=is_asking)


def carry_out(
    repository: Repository,
    decide: Callable[[], Decided],
    console: Console,
    *,
    is_dry_run: bool,
    is_asking: bool = True,
) -> int:
    """Make the change that is decided on, or only show it; return the exit code."""
    if is_dry_run:
        execution.require_finished(repository)
        return _tell(decide()[1], console)
    with execution.at_work(repository, console) as desk:
        plan, document = decide()
        if not plan.is_up_to_date:
            document = execution.carry_out(repository, desk, plan, document)
    code = _tell(document, console)
    if console.can_ask and is_asking:
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
