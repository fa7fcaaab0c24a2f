"""The commands and their flags; what they do is in `newapi.commands`."""

from __future__ import annotations

from typing import Annotated

import typer

from newapi import __version__, completion

app = typer.Typer(
    help="Create production-grade FastAPI projects, every part a choice.",
    epilog="Start with: newapi create myproject",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

Json = Annotated[
    bool, typer.Option("--json", help="One JSON document on standard output (docs/json.md).")
]


@app.callback(invoke_without_command=True)
def newapi(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """Create production-grade FastAPI projects, every part a choice."""
    if version:
        typer.echo(f"newapi {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())
    else:
        return
    raise typer.Exit


@app.command()
def create(
    *,
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME_OR_PATH", help="Folder to create; its last part is the project's name."
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            metavar="PRESET",
            help="Start from minimal, standard or full.",
            autocompletion=completion.presets,
        ),
    ] = None,
    enabled: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="F,...",
            help="Switch on: a feature (docker), a value (github), or name=value.",
            autocompletion=completion.enabled,
        ),
    ] = None,
    disabled: Annotated[
        list[str] | None,
        typer.Option(
            "--without",
            metavar="F,...",
            help="Switch off a feature.",
            autocompletion=completion.disabled,
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Answer any question.",
            autocompletion=completion.settings,
        ),
    ] = None,
    answers: Annotated[
        str | None,
        typer.Option(metavar="FILE.yml", help="Take answers from a file; flags win over it."),
    ] = None,
    use_defaults: Annotated[
        bool, typer.Option("--defaults", "-y", help="Ask nothing; take the defaults.")
    ] = False,
    template: Annotated[
        str | None,
        typer.Option(metavar="SOURCE", help="Another template: a git address or a folder."),
    ] = None,
    ref: Annotated[str | None, typer.Option(metavar="REF", help="Version of the template.")] = None,
    is_dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be created, and write nothing.")
    ] = False,
    no_git: Annotated[
        bool, typer.Option("--no-git", help="No git repository, no first commit.")
    ] = False,
    no_lock: Annotated[bool, typer.Option("--no-lock", help="No uv.lock.")] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Add to a folder that has files; nothing is overwritten."),
    ] = False,
    is_json: Json = False,
) -> None:
    """Create a project.

    In a terminal newapi asks what no flag has answered; anywhere else, and with --defaults, the
    defaults are taken. `newapi features` shows what there is to choose.
    """
    from newapi.commands import create as command
    from newapi.console import Console

    options = command.Options(
        target=target,
        preset=preset,
        enabled=tuple(enabled or ()),
        disabled=tuple(disabled or ()),
        settings=tuple(settings or ()),
        answers_file=answers,
        use_defaults=use_defaults,
        template=template,
        ref=ref,
        is_dry_run=is_dry_run,
        with_git=not no_git,
        with_lock=not no_lock,
        force=force,
    )
    command.run(options, Console(is_json=is_json))


@app.command()
def features(
    *,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="Show one feature.", autocompletion=completion.features
        ),
    ] = None,
    is_json: Json = False,
) -> None:
    """List what can be chosen."""
    from newapi.commands import features as command
    from newapi.console import Console

    command.run(name, Console(is_json=is_json))


@app.command()
def doctor(*, is_json: Json = False) -> int:
    """Look for git, uv, docker and Python."""
    from newapi.commands import doctor as command
    from newapi.console import Console

    return command.run(Console(is_json=is_json))
