"""`newapi fleet`: the state of many checkouts, and a branch with the update in each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from newapi import __version__
from newapi.commands import status as status_command
from newapi.errors import NewapiError
from newapi.template import sources
from newapi.update import execution
from newapi.update.fleet import branches

if TYPE_CHECKING:
    from newapi.project.git import Repository
    from newapi.terminal.console import Console, Part
    from newapi.update.fleet.branches import Options, Result

_FAILED, _CONFLICTS, _NEWS = 1, 3, 4
_ACTIONS = {
    "created": "made",
    "refreshed": "made anew",
    "unchanged": "as it was",
    "planned": "would be made",
    "up-to-date": "up to date",
    "kept": "kept",
}


@dataclass(frozen=True)
class _Told:
    """The output of a command: a JSON document, or a table with a row for each project."""

    command: str
    projects: Sequence[Mapping[str, Any]]
    code: int
    header: Sequence[str]
    row: Callable[[Mapping[str, Any]], Sequence[Part]]


def status(paths: Sequence[str], console: Console, *, is_check: bool) -> int:
    """Show the state of each checkout; with `--check` the exit code says whether there is news."""
    projects = [*_each(paths, lambda repository: status_command.look(repository, console))]
    has_news = any(project["ok"] and project["reasons"] for project in projects)
    code = _FAILED if _has_failed(projects) else _NEWS if is_check and has_news else 0
    header = ("project", "release", "newest", "changed", "conflicts", "to be done")
    return _tell(_Told("status", projects, code, header, _state), console)


def update(paths: Sequence[str], options: Options, console: Console) -> int:
    """Make a branch with the update in each checkout."""
    projects = [
        *_each(paths, lambda repository: _describe(branches.update(repository, options, console)))
    ]
    is_left = any(project.get("update", {}).get("exit_code") for project in projects)
    code = _FAILED if _has_failed(projects) else _CONFLICTS if is_left else 0
    header = ("project", "from", "to", "branch", "conflicts", "")
    return _tell(_Told("update", projects, code, header, _outcome), console)


def _each(
    paths: Sequence[str], work: Callable[[Repository], Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Do the work in each checkout; an error in one is told in its place."""
    with sources.fetching_once():
        for path in paths:
            try:
                yield {**work(execution.locate(path)), "ok": True, "checkout": path}
            except NewapiError as error:
                yield {
                    "ok": False,
                    "checkout": path,
                    "message": error.message,
                    "hint": error.hint,
                }


def _describe(result: Result) -> dict[str, Any]:
    """Return what happened to a checkout; docs/json.md explains the keys."""
    return {
        "action": result.action,
        "branch": result.branch,
        "commit": result.commit,
        "pushed": result.is_pushed,
        "left_out": list(result.left_out),
        "note": result.note,
        "update": dict(result.document),
    }


def _has_failed(projects: Sequence[Mapping[str, Any]]) -> bool:
    return not all(project["ok"] for project in projects)


def _tell(told: _Told, console: Console) -> int:
    if console.is_json:
        command = f"fleet {told.command}"
        about = {"ok": told.code != _FAILED, "command": command, "version": __version__}
        console.document({**about, "exit_code": told.code, "projects": list(told.projects)})
        return told.code
    good = [project for project in told.projects if project["ok"]]
    if good:
        console.rows((told.row(project) for project in good), header=told.header)
    for project in told.projects:
        if not project["ok"]:
            message = f"{project['checkout']}: {project['message']}"
            console.error(NewapiError(message, project["hint"]))
    return told.code


def _state(project: Mapping[str, Any]) -> Sequence[Part]:
    files = project["files"]
    return (
        (project["checkout"], "bold"),
        project["release"],
        project["newest"] if project["update_available"] else "",
        str(files["modified"] + files["moved"]),
        str(files["conflicting"] or ""),
        (project["reasons"][0]["message"] if project["reasons"] else "", "yellow"),
    )


def _outcome(project: Mapping[str, Any]) -> Sequence[Part]:
    document = project["update"]
    is_changed = bool(document) and not document["up_to_date"]
    left = [each for each in document.get("outcomes", ()) if each["action"] == "conflict"]
    number = len(left) + len(document.get("findings", ()))
    what = _ACTIONS[project["action"]] + (", pushed" if project["pushed"] else "")
    return (
        (project["checkout"], "bold"),
        document["from"]["commit"] if document else "",
        document["to"]["commit"] if is_changed else "",
        project["branch"],
        (str(number) if number else "", "red"),
        f"{what}: {project['note']}" if project["note"] else what,
    )
