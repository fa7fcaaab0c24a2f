"""`newapi adopt`: make a project updatable that has no answers file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from newapi.adopt import adoption, survey
from newapi.errors import NewapiError
from newapi.questions.choices import Choices
from newapi.update import execution

if TYPE_CHECKING:
    from newapi.terminal.console import Console

_FAILED = 1
_STATES = {
    "untouched": "as the release has them",
    "modified": "changed by you",
    "moved": "moved by you",
    "replaced": "replaced by you",
    "deleted": "missing",
}

_COMPARED = {
    "untouched": "as the release has them",
    "modified": "changed by you",
    "own": "your own",
    "deleted": "missing",
}
_ADDRESS = "gh:fastapi/full-stack-fastapi-template"


@dataclass(frozen=True)
class Options:
    """The command line."""

    path: str | None = None
    version: str | None = None
    template: str | None = None
    enabled: Sequence[str] = ()
    disabled: Sequence[str] = ()
    settings: Sequence[str] = ()
    is_dry_run: bool = False
    is_patch: bool = False


def run(options: Options, console: Console) -> int:
    """Find the release and the answers of a project, and write its answers file."""
    repository = execution.locate(options.path)
    choices = Choices(
        enabled=tuple(options.enabled),
        disabled=tuple(options.disabled),
        settings=tuple(options.settings),
    )
    is_dry_run = options.is_dry_run or options.is_patch
    with execution.at_work(repository, console, is_dry_run=is_dry_run) as desk:
        found = adoption.look(repository, choices, options.version, options.template, console)
        if not found.fits:
            foreign = adoption.describe_foreign(repository, found)
            if options.is_patch and not console.is_json and found.comparison:
                console.raw(foreign["patch"].encode())
            else:
                _tell(foreign, console, _show_foreign)
            return _FAILED
        document = adoption.describe(repository, found, is_dry_run=is_dry_run)
        execution.carry_out(repository, desk, adoption.plan(found), document)
    if options.is_patch and not console.is_json:
        console.raw(document["patch"].encode())
    else:
        _tell(document, console, _show)
    return 0


def _tell(
    document: Mapping[str, Any],
    console: Console,
    show: Callable[[Mapping[str, Any], Console], None],
) -> None:
    if console.is_json:
        console.document(document)
    else:
        show(document, console)


def _show(document: Mapping[str, Any], console: Console) -> None:
    console.line(
        ("release   ", "bold"), f"{document['release']}, {document['fit']:.1%} of its lines"
    )
    if others := [each["release"] for each in document["candidates"][1:]]:
        console.line(("then      ", "bold"), ", ".join(others))
    console.line(("answers   ", "bold"), ", ".join(_answers(document["answers"])))
    counts = [f"{n} {_STATES[state]}" for state, n in document["files"].items() if n]
    console.line(("files     ", "bold"), ", ".join(counts))
    console.rows(
        ((_STATES[file["state"]], "yellow"), file["path"], (file["now"], "dim"))
        for file in document["drift"]
    )
    console.note("newapi adopt --patch prints the differences.")
    if document["dry_run"]:
        console.heading("Would write .copier-answers.yml, and nothing else")
        console.note("--with, --without, --set and --from correct what was found.")
        return
    console.heading("Wrote .copier-answers.yml, and nothing else")
    console.commands("Next", document["next"])
    console.line("  ", ("newapi update --abort takes it back until you commit", "dim"))


def _show_comparison(document: Mapping[str, Any], console: Console) -> None:
    """Show which files are not those of the nearest release of another template."""
    counts = [f"{count} {_COMPARED[state]}" for state, count in document["files"].items() if count]
    console.line(("nearest   ", "bold"), document["release"])
    console.line(("files     ", "bold"), ", ".join(counts))
    console.rows(
        ((_COMPARED[file["state"]], "yellow"), file["path"])
        for file in document["drift"]
        if file["state"] != "deleted"
    )
    console.note("With --patch, the changes of yours are printed.")


def _answers(answers: Mapping[str, Any]) -> list[str]:
    return [
        f"{name}={str(value).lower() if isinstance(value, bool) else value}"
        for name, value in answers.items()
    ]


def _show_foreign(document: Mapping[str, Any], console: Console) -> None:
    made_from = f" ({document['made_from']})" if document["made_from"] else ""
    layout = document["layout"]
    if layout == survey.OFFICIAL:
        console.line(f"A project of {layout}{made_from}.")
    if "release" in document:
        _show_comparison(document, console)
    elif layout == survey.OFFICIAL:
        console.note(f"newapi adopt --template {_ADDRESS} shows which files are yours.")
    console.heading("Parts of the project, and what newapi has")
    console.rows(
        (
            part["name"],
            (part["evidence"], "dim"),
            (f"--with {part['choice']}" if part["choice"] else "nothing", "cyan"),
            (part["note"], "dim"),
        )
        for part in document["parts"]
    )
    console.note("")
    console.error(NewapiError(document["message"], ""))
    console.commands("A new project with these parts, to move your code to", [document["hint"]])
