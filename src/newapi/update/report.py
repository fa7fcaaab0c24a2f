"""Print the outcome of an update: each file, and the steps that are left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from newapi.terminal.text import plural

if TYPE_CHECKING:
    from newapi.terminal.console import Console, Part

_STYLES: Mapping[str, str] = {
    "added": "green",
    "removed": "dim",
    "kept": "yellow",
    "stays-deleted": "yellow",
    "conflict": "bold red",
}
_CHECKED: Mapping[str, str] = {
    "passed": "green",
    "mended": "green",
    "broken": "bold red",
    "was broken": "yellow",
}
_ORDER = (
    *("added", "updated", "removed", "merged", "wired", "moved", "followed"),
    *("kept", "stays-deleted", "conflict"),
)


def updated(console: Console, document: Mapping[str, Any]) -> None:
    """Print the description of an update."""
    if document["up_to_date"]:
        after = document["to"]["commit"]
        console.line(f"Nothing to do: the project is up to date with {after}.")
        return
    if title := document.get("title"):
        console.heading(f"Would {title[:1].lower()}{title[1:]}" if document["dry_run"] else title)
    else:
        _head(console, document)
    for change in document["changes"]:
        console.note(change["reason"])
    _diagram(console, document)
    outcomes = sorted(document["outcomes"], key=lambda o: (_ORDER.index(o["action"]), o["path"]))
    console.rows(_row(outcome) for outcome in outcomes)
    notes(console, document["notes"])
    for warning in document["warnings"]:
        console.warn(warning)
    conflicts = [outcome for outcome in outcomes if outcome["action"] == "conflict"]
    if conflicts:
        console.heading(f"{plural(len(conflicts), 'conflict')} left to you")
        console.rows(_conflict(outcome) for outcome in conflicts)
    findings(console, document.get("findings", ()))
    if "verification" in document:
        verification(console, document["verification"])
    if document["dry_run"]:
        return
    console.commands("Next", document["next"])
    what = "this change" if document.get("earlier") else "everything"
    console.line("  ", (f"newapi update --abort takes {what} back until you commit", "dim"))


def _diagram(console: Console, document: Mapping[str, Any]) -> None:
    """Print the resources that a dry run would change."""
    for line in document.get("diagram", ()) if document["dry_run"] else ():
        console.line(f"  {line}")


def aborted(console: Console, document: Mapping[str, Any]) -> None:
    """Print the change that was taken back, and the one before it."""
    number, earlier = len(document["restored"]), document["earlier"]
    console.line(f"Taken back: {document['message']}. Restored {plural(number, 'file')}.")
    if earlier:
        console.note(f"The change before it is still staged: {earlier[-1]}.")
        console.note("newapi update --abort takes that back, too.")


def _head(console: Console, document: Mapping[str, Any]) -> None:
    before, after = document["from"]["commit"], document["to"]["commit"]
    verb = "Would update" if document["dry_run"] else "Updated"
    step = f"{before} to {after}" if before != after else f"{after}, with other choices"
    console.heading(f"{verb} {PurePath(document['path']).name}: {step}")


def notes(console: Console, found: Sequence[Mapping[str, Any]]) -> None:
    """Print the notes of releases."""
    for note in found:
        console.heading(f"About {note['release']}")
        for line in note["text"].splitlines():
            console.line(line)


def findings(console: Console, found: Sequence[Mapping[str, Any]]) -> None:
    """Print the findings of a merge."""
    if not found:
        return
    number = plural(len(found), "finding")
    console.heading(f"{number}: merged without a conflict, and something is missing")
    console.rows(
        ((f"{each['path']}:{each['line']}" if each["line"] else each["path"], "bold"),
         each["message"])
        for each in found
    )  # fmt: skip


def verification(console: Console, found: Mapping[str, Any]) -> None:
    """Print the results of the checks of the project, and the output of failed checks."""
    checks = found["checks"]
    if checks:
        broken = [check["name"] for check in checks if check["state"] == "broken"]
        told = f"broken by this change: {', '.join(broken)}" if broken else "nothing was broken"
        console.heading(f"Checks of the project, before and after: {told}")
    console.rows(
        ((check["state"], _CHECKED[check["state"]]), check["name"], (check["command"], "dim"))
        for check in checks
    )
    for check in checks:
        if check["output"]:
            console.heading(f"{check['command']} ({check['state']})")
            for line in check["output"].splitlines():
                console.line(line)
    for reason in found["skipped"]:
        console.warn(f"Not checked: {reason}")


def _row(outcome: Mapping[str, Any]) -> Sequence[Part]:
    notes = [f"was {outcome['origin']}"] if outcome["origin"] else []
    notes += [outcome["note"]] if outcome["note"] else []
    action = outcome["action"]
    return (action, _STYLES.get(action, "")), outcome["path"], ("; ".join(notes), "dim")


def _conflict(outcome: Mapping[str, Any]) -> Sequence[Part]:
    amount = outcome["conflicts"]
    if outcome["beside"]:
        what = f"compare it with {outcome['beside']}, then delete that"
    else:
        what = f"{amount} marked <<<<<<<" if amount > 1 else "marked <<<<<<<"
    return (outcome["path"], "bold"), what
