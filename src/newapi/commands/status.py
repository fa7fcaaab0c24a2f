"""`newapi status`: which release a project is at, and how far it has gone its own way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from newapi import __version__
from newapi.errors import NewapiError, Problem
from newapi.project import history, tree
from newapi.project.answers_file import ANSWERS_FILE
from newapi.questions import answer_migration
from newapi.resources import inventory
from newapi.template import catalog, sources
from newapi.update import drift, execution, pair_parts, planning, report, worktree
from newapi.update.planning import Wanted

if TYPE_CHECKING:
    from newapi.project.git import Repository
    from newapi.project.tree import Tree
    from newapi.template.catalog import Catalog, Value
    from newapi.terminal.console import Console
    from newapi.update.planning import Plan

_NEWS = 4
_STATES = {
    "untouched": "untouched",
    "modified": "changed by you",
    "moved": "moved by you",
    "replaced": "replaced by you",
    "deleted": "deleted by you",
}


def run(path: str | None, console: Console, *, is_check: bool) -> int:
    """Report; with `--check` the exit code says whether there is news."""
    document = look(execution.locate(path), console)
    if console.is_json:
        console.document(document)
    else:
        _show(document, console)
    return _NEWS if is_check and document["reasons"] else 0


def look(repository: Repository, console: Console) -> dict[str, Any]:
    """Return the state of a project; docs/json.md explains the keys."""
    ours = tree.look(repository.project / ANSWERS_FILE)
    record = history.read(ours.data if ours else None)
    plan, obstacle = None, None
    with sources.fetching_once(), history.open_base(record) as source:
        known = catalog.load(source.path)
        answers = answer_migration.recorded(record, known)
        with sources.open_source(None if record.is_own else record.src_path) as newest:
            commit = newest.commit
            is_available = commit != source.commit and not history.is_downgrade(record, newest)
        if is_available:
            plan, obstacle = _try(repository, console)

        found = inventory.present(repository.project, source.path)

        def render(given: Mapping[str, Value]) -> Tree:
            return planning.render_whole(source, given, repository.project.name, found)

        if plan is not None and plan.record == record:
            base = plan.base
        else:
            with console.status(f"Rendering {source.commit}"):
                base = render(answers)
        left = [*drift.leftovers(repository, base, known, answers, render)]
        version = pair_parts.Version(base, known, answers, render)
        parts = pair_parts.find(repository, lambda: drift.present(repository, base), version)
    is_interrupted = execution.is_interrupted(repository)
    files = drift.compare(repository, base)
    places = worktree.places_on_disk(repository)
    unfit = drift.unfit(repository, base, places)
    absent = {part.path for part in parts}
    edited = drift.edited_answers(ours, base.get(ANSWERS_FILE))
    reasons = [
        *([Problem(f"{commit} is available.", "newapi update")] if is_available else []),
        *([_INTERRUPTED] if is_interrupted else []),
        *([edited] if edited else []),
        *left,
        *drift.remains(repository, base),
        *drift.reasons([each for each in files if each.path not in absent], known, answers),
        *drift.unfit_reason(unfit),
        *pair_parts.reasons(parts),
    ]
    notes = history.notes(record, record.src_path, commit) if is_available else {}
    conflicts = plan.conflicts if plan else []
    return {
        "ok": True,
        "command": "status",
        "version": __version__,
        "path": str(repository.project),
        "source": record.src_path,
        "release": record.commit,
        "newest": commit,
        "update_available": is_available,
        "interrupted": is_interrupted,
        "answers": answers,
        "features": _on(known, answers),
        "files": {
            **{state: sum(file.state == state for file in files) for state in _STATES},
            "conflicting": len(conflicts),
        },
        "drift": [asdict(file) for file in files if file.state != "untouched"],
        "conflicts": [asdict(outcome) for outcome in conflicts],
        "findings": [
            *(asdict(finding) for finding in unfit),
            *({"path": part.path, "line": part.line, "message": part.message} for part in parts),
        ],
        "obstacle": obstacle,
        "notes": [{"release": release, "text": text} for release, text in notes.items()],
        "reasons": [asdict(reason) for reason in reasons],
    }


_INTERRUPTED = Problem(
    "An update was interrupted.", "newapi update --continue, or newapi update --abort"
)


def _try(repository: Repository, console: Console) -> tuple[Plan | None, dict[str, str] | None]:
    """Return the plan of an update of the last commit, or the reason for its refusal."""
    try:
        return planning.plan(repository, Wanted(is_quiet_required=False), console), None
    except NewapiError as error:
        return None, {"message": error.message, "fix": error.hint}


def _on(known: Catalog, answers: dict[str, Any]) -> list[str]:
    """Name the features that are on, with their value where there are several."""
    return [
        name if feature.type == "bool" else f"{name}={answers[name]}"
        for name, feature in known.features.items()
        if answers[name] != feature.off
    ]


def _show(document: dict[str, Any], console: Console) -> None:
    newest = document["newest"]
    state = "newest" if not document["update_available"] else f"newest: {newest}"
    console.line(("release   ", "bold"), f"{document['release']} ({state})")
    console.line(("features  ", "bold"), ", ".join(document["features"]) or "none")
    words = {**_STATES, "conflicting": f"would conflict with {newest}"}
    counts = [f"{count} {words[name]}" for name, count in document["files"].items() if count]
    console.line(("files     ", "bold"), ", ".join(counts) or "none")
    console.rows(
        ((_STATES[file["state"]], "yellow"), file["path"], (file["now"], "dim"))
        for file in document["drift"]
    )
    if document["conflicts"]:
        console.heading(f"Would conflict with {newest}")
        console.rows(
            (outcome["path"], (outcome["note"] or _places(outcome["conflicts"]), "dim"))
            for outcome in document["conflicts"]
        )
    report.notes(console, document["notes"])
    if document["obstacle"]:
        console.warn(f"an update would be refused: {document['obstacle']['message']}")
    if document["reasons"]:
        console.heading("To be done")
        console.rows((reason["message"], (reason["fix"], "cyan")) for reason in document["reasons"])


def _places(number: int) -> str:
    return "in one place" if number == 1 else f"in {number} places"
