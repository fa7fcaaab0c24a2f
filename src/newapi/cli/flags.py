"""The flags that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from newapi.cli import completion

Json = Annotated[
    bool | None,
    typer.Option(
        "--json/--no-json",
        help="One JSON document on standard output (docs/json.md); coding agents get it unasked.",
    ),
]
Preset = Annotated[
    str | None,
    typer.Option(
        metavar="PRESET",
        help="Start from minimal, standard or full.",
        autocompletion=completion.presets,
    ),
]
Enabled = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="F,...",
        help="Switch on: a feature (docker), a value (github), or name=value.",
        autocompletion=completion.enabled,
    ),
]
Disabled = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        metavar="F,...",
        help="Switch off a feature.",
        autocompletion=completion.disabled,
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Answer any question.",
        autocompletion=completion.settings,
    ),
]
Answers = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Take answers from a file, or from standard input (-): YAML or JSON; flags win.",
    ),
]
Defaults = Annotated[bool, typer.Option("--defaults", "-y", help="Ask nothing; take the defaults.")]
Template = Annotated[
    str | None,
    typer.Option(metavar="SOURCE", help="Another template: a git address or a folder."),
]
NoGit = Annotated[bool, typer.Option("--no-git", help="No git repository, no first commit.")]
NoLock = Annotated[bool, typer.Option("--no-lock", help="No uv.lock.")]
Force = Annotated[
    bool, typer.Option("--force", help="Add to a folder that has files; nothing is overwritten.")
]
Forget = Annotated[
    bool, typer.Option("--forget", help="Delete the remembered choices of last time first.")
]
Path = Annotated[str | None, typer.Argument(metavar="PATH", help="The project; usually this one.")]
Project = Annotated[
    str | None, typer.Option("--project", metavar="PATH", help="The project; usually this one.")
]
Version = Annotated[
    str | None,
    typer.Option("--to", metavar="VERSION", help="Not the newest release, but this one."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would happen, and write nothing.")
]
Repair = Annotated[
    bool,
    typer.Option(
        "--repair", help="Add what features need together, where branches were merged that add one."
    ),
]
Verify = Annotated[
    bool,
    typer.Option(
        "--verify", help="Run the checks of the project before and after, in copies of it."
    ),
]
Continued = Annotated[
    bool, typer.Option("--continue", help="Finish an update that was interrupted.")
]
Aborted = Annotated[
    bool, typer.Option("--abort", help="Take the newest change back, until it is committed.")
]
Check = Annotated[
    bool, typer.Option("--check", help="Exit with 4 when there is an update, or drift.")
]
Conflict = Annotated[
    str,
    typer.Option(metavar="STYLE", help="Show conflicts inline, or as .rej files beside: rej."),
]
KeepTables = Annotated[bool, typer.Option("--keep-tables", help="Leave the tables of what goes.")]
Added = Annotated[
    list[str],
    typer.Argument(
        metavar="FEATURE...",
        help="A feature (docker), a value (github), or name=value.",
        autocompletion=completion.enabled,
    ),
]
Removed = Annotated[
    list[str],
    typer.Argument(metavar="FEATURE...", help="Features.", autocompletion=completion.disabled),
]
