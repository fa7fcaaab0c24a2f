"""`newapi create`: understand the choices, ask for the rest, make the project, report."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from newapi.create import creation, report, staging
from newapi.create.plan import Plan
from newapi.errors import NewapiError, Problem, UsageError
from newapi.project import answers_file
from newapi.project.answers_file import Answers
from newapi.questions import answers, choices, names
from newapi.questions import options as options_of_file
from newapi.questions.draft import Draft
from newapi.template import catalog, sources
from newapi.terminal import external_tools
from newapi.terminal.text import flaw_of_email, flaw_of_text

if TYPE_CHECKING:
    from newapi.terminal.console import Console


@dataclass(frozen=True)
class Options:
    """The command line of `create`, and what `--answers` brings."""

    target: str | None
    preset: str | None = None
    enabled: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    answers_file: str | None = None
    use_defaults: bool = False
    template: str | None = None
    ref: str | None = None
    is_dry_run: bool = False
    with_git: bool = True
    with_lock: bool = True
    force: bool = False
    forget: bool = False
    file: Answers = field(default_factory=Answers)
    problems: tuple[Problem, ...] = ()


def run(options: Options, console: Console) -> None:
    """Create a project, or show what would be created."""
    options = _completed(options)
    with sources.open_source(options.template, options.ref) as source:
        if source.warning:
            console.warn(source.warning)
        known = catalog.load(source.path)
        dependencies = names.dependencies(source.path)
        is_asking = console.can_ask and not options.use_defaults
        draft = _draft(options, options.target, known, dependencies, needs_name=not is_asking)
        if options.forget:
            _forget(options)
        if is_asking:
            draft = _ask(options, draft, dependencies, source, console)
        else:
            _tell(draft, console, is_silent=options.use_defaults)
        plan = _plan(options, draft)
        made = creation.make(plan, source, console)
    if is_asking and not options.is_dry_run:
        _remember(draft, console)
    if console.is_json:
        console.document(creation.document(plan, source, made))
    else:
        report.made(console, plan, made)


def _completed(options: Options) -> Options:
    """Read `--answers`, and take the options that it has and the command line has not."""
    if options.answers_file is None:
        return options
    file, problems = answers_file.read(options.answers_file)
    file, more, flaws = options_of_file.read(file)
    return replace(
        options,
        target=more.target if options.target is None else options.target,
        preset=more.preset if options.preset is None else options.preset,
        is_dry_run=options.is_dry_run or more.is_dry_run,
        with_git=options.with_git and more.with_git,
        with_lock=options.with_lock and more.with_lock,
        file=file,
        problems=(*problems, *flaws),
    )


def _draft(
    options: Options,
    target: str | None,
    known: catalog.Catalog,
    dependencies: frozenset[str],
    *,
    needs_name: bool,
) -> Draft:
    """Check everything that can be checked without asking, and complain about all of it."""
    problems = list(options.problems)
    name = None if target is None else names.last_part(target)
    typed = choices.Choices(
        name=name,
        preset=options.preset,
        enabled=options.enabled,
        disabled=options.disabled,
        settings=options.settings,
        file=options.file,
    )
    given = choices.read(typed, known, dependencies)
    problems += given.problems
    if target is not None and name is not None and not names.check(name, dependencies):
        problems += _problems_of_place(target, force=options.force)
    elif target is None and needs_name:
        problems.append(Problem("The project needs a name.", "newapi create myproject"))
    preset = options.preset or known.default_preset
    draft = Draft(known, preset, _identity(known), given.values, given.flags, target or "")
    problems += answers.conflicts(draft.resolution, given.flags)
    if problems:
        raise UsageError(problems)
    return draft


def _ask(
    options: Options,
    draft: Draft,
    dependencies: frozenset[str],
    source: sources.Source,
    console: Console,
) -> Draft:
    """Ask the questions that the command line leaves open, as screens or as plain lines."""
    from newapi.questions import preferences, prompts

    remembered = preferences.Preferences()
    if not options.forget:
        try:
            remembered = preferences.read(draft.catalog)
        except (OSError, ValueError):
            fix = "--forget deletes it"
            console.warn(f"{preferences.path()} is broken and not used; {fix}.")
    preferences.offer(draft, remembered)

    def open_draft(target: str) -> Draft:
        return _draft(options, target, draft.catalog, dependencies, needs_name=True)

    about = prompts.Interview(
        draft=draft,
        open_draft=open_draft,
        list_files=partial(creation.preview, source),
        remembered=remembered,
        asks_preset=options.preset is None,
    )
    if not console.can_draw:
        return prompts.interview(console, about)
    from newapi.questions import screens

    return screens.interview(about)


def _forget(options: Options) -> None:
    from newapi.questions import preferences

    if options.is_dry_run:
        return
    try:
        preferences.forget()
    except OSError as error:
        message = f"{preferences.path()} cannot be deleted: {error.strerror or error}."
        raise NewapiError(message, "Delete it by hand, or run without --forget.") from error


def _remember(draft: Draft, console: Console) -> None:
    from newapi.questions import preferences

    try:
        preferences.write(draft)
    except OSError as error:
        reason = error.strerror or error
        console.warn(f"The choices are not kept for next time: {preferences.path()}: {reason}.")


def _tell(draft: Draft, console: Console, *, is_silent: bool) -> None:
    """Print the answers that are taken without asking."""
    if draft.open and not is_silent:
        preset = f" (preset {draft.preset})" if draft.preset else ""
        found = console.automation
        reason = f", because {found.variable} is set" if found else ""
        console.note(f"Not asking{reason}: what no flag answers takes its default{preset}.")
    for change in draft.resolution.changes:
        console.note(str(change))


def _plan(options: Options, draft: Draft) -> Plan:
    resolution = draft.resolution
    return Plan(
        target=draft.target,
        preset=draft.preset,
        answers=resolution.answers,
        changes=resolution.changes,
        replay=_replay(options, draft),
        is_dry_run=options.is_dry_run,
        with_git=options.with_git,
        with_lock=options.with_lock,
        force=options.force,
    )


def _problems_of_place(target: str, *, force: bool) -> list[Problem]:
    if target.startswith("~"):
        fix = "Write the path without quotes, so that the shell fills in your home folder"
        return [Problem(f"{target} begins with a ~ that no shell has filled in.", fix)]
    return staging.problems(Path(target), force=force)


def _identity(known: catalog.Catalog) -> dict[str, str]:
    """Return the author's name and address as git knows them, if the template asks for them."""
    name, email = external_tools.git_identity()
    usable = {"author_name": name, "author_email": email}
    flaws = {"author_name": flaw_of_text(name), "author_email": flaw_of_email(email)}
    return {
        key: text
        for key, text in usable.items()
        if text and not flaws[key] and key in known.questions
    }


def _replay(options: Options, draft: Draft) -> str:
    """Write the command that makes the same choices again."""
    command = answers.replay(
        draft.target, draft.resolution.answers, draft.preset, draft.defaults, draft.catalog
    )
    command += ["--template", options.template] if options.template else []
    command += ["--ref", options.ref] if options.ref else []
    command += [] if options.with_git else ["--no-git"]
    command += [] if options.with_lock else ["--no-lock"]
    command += ["--force"] if options.force else []
    return shlex.join([*command, "--defaults"])
