"""Update a project for real: one at a time, journalled, and described for people and programs."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newapi import __version__
from newapi.errors import NewapiError
from newapi.project import git, history
from newapi.project.answers_file import ANSWERS_FILE
from newapi.update import lock, next_steps, recovery, transaction, worktree
from newapi.update.journal import Desk, results
from newapi.update.transaction import CONFLICTS, Change

if TYPE_CHECKING:
    from newapi.project.git import Repository
    from newapi.terminal.console import Console
    from newapi.update.planning import Plan
    from newapi.update.recovery import Kept

Document = Mapping[str, Any]


def locate(path: str | None) -> Repository:
    """Find the project at a path; without one, the project that the working directory is in."""
    if path is not None:
        folder = Path(path)
        if not folder.is_dir():
            raise NewapiError(f"There is no folder {path}.", "Give the path of a project.")
        return git.find(folder)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ANSWERS_FILE).is_file():
            return git.find(folder)
        if (folder / ".git").exists():
            break
    return git.find(here)


@contextmanager
def at_work(repository: Repository, console: Console, *, is_dry_run: bool) -> Iterator[Desk | None]:
    """Hold the lock of the repository; take back a change that was interrupted on this commit.

    A dry run needs no lock: it yields None, and refuses a project with an interrupted change.
    """
    if is_dry_run:
        require_finished(repository)
        yield None
        return
    with _locked(repository) as desk:
        if is_interrupted(repository) and (journal := desk.read()):
            transaction.store_again(repository, desk)
            restored = transaction.restore(repository, desk, journal)
            console.note("An update that was interrupted has been taken back.")
            _tell_kept(console, restored.kept)
        yield desk


@contextmanager
def _locked(repository: Repository) -> Iterator[Desk]:
    """Be the only one at work, with the newest journal."""
    with lock.held(Desk(repository).lock):
        yield Desk(repository)


def require_finished(repository: Repository) -> None:
    """Refuse a project in which an update was interrupted.

    Raises:
        NewapiError: The update can be finished or taken back.
    """
    if is_interrupted(repository):
        fix = "newapi update --continue, or newapi update --abort"
        raise NewapiError("An update of this project was interrupted.", fix)


def is_interrupted(repository: Repository) -> bool:
    """Whether a change was interrupted that can be finished or taken back on this commit."""
    journal = Desk(repository).read()
    return bool(
        journal and journal.is_interrupted and recovery.obstacle(repository, journal) is None
    )


def carry_out(
    repository: Repository, desk: Desk | None, plan: Plan, document: Document
) -> Document:
    """Make the change, on top of those that are staged and not committed; return what happened.

    Without a journal, in a dry run, only the description is returned.
    """
    if desk is None or plan.is_up_to_date:
        return document

    def require_current() -> None:
        edited = plan.edited
        worktree.require_quiet(repository, may_follow=bool(plan.earlier), edited=edited)
        worktree.require_same(repository, edited, edited)
        worktree.require_same(repository, merged.ours, plan.ignored & merged.writes.keys())

    merged = plan.merged
    writes = {**plan.edited, **merged.writes}
    beside = {outcome.beside for outcome in merged.outcomes if outcome.beside}
    change = Change(
        writes=writes,
        unstaged=plan.ignored | beside,
        stages=merged.stages,
        summary=document,
        origins={outcome.path: outcome.origin for outcome in merged.outcomes},
        require_current=require_current,
    )
    return transaction.apply(repository, desk.on_top(len(plan.earlier)), change).summary


def go_on(repository: Repository) -> Document:
    """Finish an update that was interrupted; return its description.

    Raises:
        NewapiError: There is none, or it cannot be finished here.
    """
    with _locked(repository) as desk:
        journal = desk.read()
        if journal is None:
            raise NewapiError("There is no update to continue.", "newapi update")
        if error := recovery.obstacle(repository, journal):
            raise error
        if journal.state == "aborting":
            raise NewapiError("The update was being taken back.", "newapi update --abort")
        if journal.state == "applying":
            transaction.store_again(repository, desk)
            journal = transaction.finish(repository, desk, journal)
        return journal.summary


def abort(repository: Repository, console: Console) -> Document:
    """Take back the newest change that is not committed; return its description.

    Raises:
        NewapiError: There is none, or it is no longer what is staged.
    """
    with _locked(repository) as desk:
        journal = desk.read()
        if journal is None:
            raise NewapiError("There is no update to take back.", "newapi status")
        if error := recovery.obstacle(repository, journal):
            raise error
        *earlier, _ = desk.journals()
        transaction.store_again(repository, desk)
        restored = transaction.restore(repository, desk, journal)
        _tell_kept(console, restored.kept)
        return {
            "ok": True,
            "command": "update",
            "version": __version__,
            "path": str(repository.project),
            "message": journal.message,
            "restored": [step.path for step in journal.steps],
            "kept": [asdict(edit) for edit in restored.kept],
            "earlier": [each.message for each in earlier],
        }


def describe(command: str, repository: Repository, plan: Plan, *, is_dry_run: bool) -> Document:
    """Return the description of a change; docs/json.md explains the keys."""
    record = plan.record
    notes = history.notes(record, plan.src_path, plan.commit)
    return {
        "ok": True,
        "command": command,
        "version": __version__,
        "exit_code": 0 if plan.is_complete else CONFLICTS,
        "dry_run": is_dry_run,
        "path": str(repository.project),
        "from": {"source": record.src_path, "commit": record.commit},
        "to": {"source": plan.src_path, "commit": plan.commit},
        "up_to_date": plan.is_up_to_date,
        "answers": dict(plan.answers),
        "changes": [{"name": c.name, "value": c.value, "reason": c.reason} for c in plan.changes],
        "outcomes": [asdict(outcome) for outcome in plan.merged.outcomes],
        "migrations": list(plan.migrations),
        "by_hand": [
            {"path": loose.wire.file, "action": loose.action, "line": loose.wire.line}
            for loose in plan.loose
        ],
        "warnings": [*plan.warnings, *map(str, plan.loose), *_of_dropped(plan)],
        "findings": [asdict(finding) for finding in plan.findings],
        "notes": [{"release": release, "text": text} for release, text in notes.items()],
        "message": _message(command, plan),
        "earlier": [journal.message for journal in plan.earlier],
        "dropped": list(plan.dropped),
        "next": _next(command, repository, plan),
        **({"title": plan.title} if plan.title else {}),
        **({"verification": plan.verification.document()} if plan.verification else {}),
    }


def _of_dropped(plan: Plan) -> list[str]:
    when = "dropped by the next `alembic upgrade head`"
    return [
        f"{name}: the column, with everything in it, is {when}"
        if "." in name
        else f"{name}: its tables, with everything in them, are {when}; --keep-tables keeps them"
        for name in plan.dropped
    ]


def _next(command: str, repository: Repository, plan: Plan) -> list[str]:
    """Return what to type next."""
    if plan.is_up_to_date:
        return []
    here = Path.cwd().resolve()
    steps = [] if here == repository.project else [f"cd {shlex.quote(str(repository.project))}"]
    if plan.merged.stages:
        steps += ["git mergetool  # or an editor", "git diff --check"]
    steps += [
        f"rm {shlex.quote(outcome.beside)}  # when you have compared it with {outcome.path}"
        for outcome in plan.merged.outcomes
        if outcome.action == "kept" and outcome.beside
    ]
    messages = [*(journal.message for journal in plan.earlier), _message(command, plan)]
    options = " ".join(f"-m {shlex.quote(message)}" for message in messages)
    return [*steps, *_follow_up_commands(plan), f"git add --all && git commit {options}"]


def _message(command: str, plan: Plan) -> str:
    """Return the commit message that describes a change."""
    if command in {"add", "remove"}:
        before, after = plan.before, plan.answers
        changed = [name for name in after if after[name] != before.get(name)]
        return f"{command.capitalize()} {', '.join(changed)}"
    return plan.title or f"Update the template to {plan.commit}"


def offered(plan: Plan) -> list[str]:
    """Return what can be run for people; nothing that loses data, or that conflicts would break."""
    if plan.is_up_to_date or not plan.is_complete or "pyproject.toml" not in plan.merged.tree:
        return []
    is_dropping = plan.dropped or any(each.summary.get("dropped") for each in plan.earlier)
    return [
        step
        for step in _follow_up_commands(plan)
        if not (is_dropping and step == next_steps.MIGRATE)
    ]


def _follow_up_commands(plan: Plan) -> list[str]:
    """Return the commands that update the lock file and the database, and run the tests."""
    is_migrated = plan.migrations or any(each.summary.get("migrations") for each in plan.earlier)
    lock = (
        [next_steps.LOCK]
        if "pyproject.toml" in {*results(plan.earlier), *plan.merged.writes}
        else []
    )
    migrate = [next_steps.MIGRATE] if is_migrated else []
    return [*lock, *migrate, next_steps.TEST]


def _tell_kept(console: Console, kept: Iterable[Kept]) -> None:
    for edit in kept:
        where = f"; your version is in {edit.beside}" if edit.beside else ""
        console.warn(f"{edit.path}: {edit.note}{where}")
