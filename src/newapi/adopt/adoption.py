"""Decide whether a project can be adopted, and describe what would be written."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from newapi import __version__
from newapi.adopt import comparison, likeness, records, survey
from newapi.adopt.search import Search
from newapi.project import history
from newapi.project.answers_file import ANSWERS_FILE
from newapi.template import catalog, sources
from newapi.update import drift, patch, worktree
from newapi.update.merge import Merged, Outcome
from newapi.update.planning import Plan
from newapi.update.text_merge import Labels

if TYPE_CHECKING:
    from newapi.adopt.comparison import Comparison
    from newapi.adopt.likeness import Committed
    from newapi.adopt.search import Candidate
    from newapi.adopt.survey import Survey
    from newapi.project.git import Repository
    from newapi.questions.choices import Choices
    from newapi.terminal.console import Console

STATES = ("untouched", "modified", "moved", "replaced", "deleted")

_LEAST_FIT = 0.5  # of the lines of a release: with fewer, the project is not one of newapi
_MESSAGE = "Adopt the template of newapi"


@dataclass(frozen=True)
class Found:
    """The last commit of a project with its most similar releases, the most similar first."""

    committed: Committed
    survey: Survey
    candidates: Sequence[Candidate] = ()
    comparison: Comparison | None = None  # with the template that was named

    @property
    def fit(self) -> float:
        """Return the share of the lines of the nearest release that the project has."""
        return self.candidates[0].fit if self.candidates else 0.0

    @property
    def fits(self) -> bool:
        """Whether the project is one of newapi."""
        return self.fit >= _LEAST_FIT


def look(
    repository: Repository,
    choices: Choices,
    version: str | None,
    template: str | None,
    console: Console,
) -> Found:
    """Compare the last commit with every release, or with one version.

    With `template`, it is compared with the releases of that one, which is fetched.

    Raises:
        NewapiError: If the project is one of newapi already, or has uncommitted changes.
        UsageError: If the version or the choices are wrong.
    """
    worktree.require_quiet(repository, may_follow=False)
    listing = worktree.listing(repository, ())
    committed = likeness.Committed(repository, listing)
    with sources.open_source() as source:
        questions = catalog.load(source.path).questions.keys()
    recorded = records.find(repository, listing, questions)
    found = survey.make(committed)
    if template is not None:
        with console.status(f"Fetching {template}"):
            compared = comparison.compare(committed, template, version)
        return Found(committed, found, comparison=compared)
    if found.layout == survey.OFFICIAL:
        return Found(committed, found)
    candidates = Search(committed, console, choices, version, recorded).run()
    return Found(committed, found, candidates)


def plan(found: Found) -> Plan:
    """Return the change: the answers file, and nothing else."""
    best, ours = found.candidates[0], found.committed.read([ANSWERS_FILE])
    merged = Merged(
        ours=ours,
        writes={ANSWERS_FILE: best.tree[ANSWERS_FILE]},
        stages={},
        outcomes=(Outcome(ANSWERS_FILE, "updated" if ours else "added"),),
    )
    return Plan(
        record=history.Record("", "", {}),
        src_path=best.src_path,
        commit=best.commit,
        answers=best.answers,
        before={},
        changes=(),
        labels=Labels(),
        earlier=(),
        merged=merged,
        title=_MESSAGE,
    )


def describe(repository: Repository, found: Found, *, is_dry_run: bool) -> dict[str, Any]:
    """Return the report of an adoption as JSON; docs/json.md explains the keys."""
    best = found.candidates[0]
    managed = likeness.managed(best.tree)
    files = drift.compare(repository, best.tree)
    moved = {file.path for file in files if file.state == "moved"}
    compared = [path for path in managed if path not in moved]
    ours = found.committed.read(compared)
    text = patch.between(repository, {p: best.tree[p] for p in compared}, dict(ours))
    message = shlex.quote(_MESSAGE)
    return {
        "ok": True,
        "command": "adopt",
        "version": __version__,
        "exit_code": 0,
        "dry_run": is_dry_run,
        "path": str(repository.project),
        "layout": "newapi",
        "release": best.commit,
        "fit": round(best.fit, 3),
        "candidates": [{"release": c.commit, "fit": round(c.fit, 3)} for c in found.candidates],
        "answers": dict(best.answers),
        "files": {state: sum(file.state == state for file in files) for state in STATES},
        "drift": [asdict(file) for file in files if file.state != "untouched"],
        "patch": text.decode(errors="replace"),
        "outcomes": [asdict(outcome) for outcome in plan(found).merged.outcomes],
        "message": _MESSAGE,
        "next": [f"git commit -m {message}", "newapi update --dry-run", "newapi update"],
    }


def describe_foreign(repository: Repository, found: Found) -> dict[str, Any]:
    """Return the report on a project that newapi did not create, as JSON."""
    seen = found.survey
    command = ["newapi", "create", f"../{repository.project.name}-newapi", "--preset", "minimal"]
    command += ["--with", ",".join(seen.choices)] if seen.choices else []
    command += ["--set", f"project_name={seen.project_name}"] if seen.project_name else []
    message = f"{_what(found)}: newapi cannot adopt it. Nothing was changed."
    return {
        "ok": False,
        "command": "adopt",
        "version": __version__,
        "exit_code": 1,
        "message": message,
        "hint": shlex.join(command),
        "problems": [],
        "path": str(repository.project),
        "layout": seen.layout,
        "made_from": seen.made_from,
        "fit": round(found.fit, 3),
        "candidates": [{"release": c.commit, "fit": round(c.fit, 3)} for c in found.candidates],
        "parts": [asdict(part) for part in seen.parts],
        **(_compared(found.comparison) if found.comparison else {}),
    }


def _compared(found: Comparison) -> dict[str, Any]:
    """Return what differs from the nearest release of another template."""
    paths = {
        "modified": found.modified,
        "own": found.own,
        "deleted": found.deleted,
    }
    return {
        "release": found.release,
        "candidates": [{"release": r, "fit": round(fit, 3)} for r, fit in found.candidates.items()],
        "files": {
            "untouched": len(found.untouched),
            **{state: len(each) for state, each in paths.items()},
        },
        "drift": [{"path": p, "state": state} for state, each in paths.items() for p in each],
        "patch": found.patch,
    }


def _what(found: Found) -> str:
    if found.survey.layout == survey.OFFICIAL:
        return f"The project has the layout of {survey.OFFICIAL}"
    if not found.candidates:
        return "The project is made from another template"
    best = found.candidates[0]
    return f"The project has {best.fit:.0%} of the lines of the nearest release, {best.commit}"
