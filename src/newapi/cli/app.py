"""The commands and their flags; `newapi.commands` carries them out."""

from __future__ import annotations

from typing import Annotated

import typer

from newapi import __version__
from newapi.cli import completion, flags, fleet, generate

app = typer.Typer(
    help="Create production-grade FastAPI projects, every part a choice.",
    epilog="Start with: newapi create myproject",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.add_typer(generate.app, name="generate")
app.add_typer(fleet.app, name="fleet")


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
    preset: flags.Preset = None,
    enabled: flags.Enabled = None,
    disabled: flags.Disabled = None,
    settings: flags.Settings = None,
    answers: flags.Answers = None,
    use_defaults: flags.Defaults = False,
    template: flags.Template = None,
    ref: Annotated[str | None, typer.Option(metavar="REF", help="Version of the template.")] = None,
    is_dry_run: flags.DryRun = False,
    no_git: flags.NoGit = False,
    no_lock: flags.NoLock = False,
    force: flags.Force = False,
    forget: flags.Forget = False,
    is_json: flags.Json = None,
) -> None:
    """Create a project.

    In a terminal newapi asks what no flag has answered; anywhere else, and with --defaults, the
    defaults are taken. `newapi features` shows what there is to choose. With NEWAPI_PLAIN=1 the
    questions are plain lines, for screen readers. Where a coding agent runs newapi, or CI does,
    nothing is asked; agents get --json, and --no-json gives them text.
    """
    from newapi.commands import create as command
    from newapi.terminal.console import Console

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
        forget=forget,
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
    is_json: flags.Json = None,
) -> None:
    """List what can be chosen."""
    from newapi.commands import features as command
    from newapi.terminal.console import Console

    command.run(name, Console(is_json=is_json))


@app.command()
def schema(
    *,
    subject: Annotated[
        str, typer.Argument(metavar="[create|models|resource]", help="What the schema describes.")
    ] = "create",
    is_json: flags.Json = None,
) -> None:
    """Print the JSON Schema of what newapi reads.

    `create`: the answers and options that `newapi create --answers -` takes from standard input.
    `resource`: the files in resources/ of a project, one definition each.
    """
    from newapi.commands import schema as command
    from newapi.terminal.console import Console

    command.run(subject, Console(is_json=bool(is_json)))


@app.command("import")
def import_models(
    *,
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="A file, or the URL of a database that answers."),
    ],
    kind: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="[jdl|sql|dbml|database]",
            help="What the source is, where its name does not say it.",
        ),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="The file to write; - prints it.")
    ] = "models.yml",
    is_forced: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
    is_json: flags.Json = None,
) -> int:
    """Read a data model of JHipster, SQL, DBML or a database into models.yml.

    newapi import schema.sql

    Names follow the conventions of models.yml. What has no equal there is listed, with the line
    of the source and with what is written instead. `newapi generate` then makes the code.
    """
    from newapi.commands import import_models as command
    from newapi.terminal.console import Console

    options = command.Options(source, kind, output, is_forced=is_forced)
    return command.run(options, Console(is_json=is_json))


@app.command()
def doctor(*, is_json: flags.Json = None) -> int:
    """Look for git, uv, docker and Python, and for a newer newapi."""
    from newapi.commands import doctor as command
    from newapi.terminal.console import Console

    return command.run(Console(is_json=is_json))


@app.command()
def update(
    *,
    path: flags.Path = None,
    version: flags.Version = None,
    preset: flags.Preset = None,
    enabled: flags.Enabled = None,
    disabled: flags.Disabled = None,
    settings: flags.Settings = None,
    answers: flags.Answers = None,
    use_defaults: flags.Defaults = False,
    template: flags.Template = None,
    is_dry_run: flags.DryRun = False,
    conflict: flags.Conflict = "inline",
    keep_tables: flags.KeepTables = False,
    is_repair: flags.Repair = False,
    is_verified: flags.Verify = False,
    is_continued: flags.Continued = False,
    is_aborted: flags.Aborted = False,
    is_json: flags.Json = None,
) -> int:
    """Bring a project to the newest release of its template; your changes stay.

    The result is staged and not committed: `git diff --cached` shows it. New questions take their
    defaults; what a flag answers is changed with the update.
    """
    from newapi.commands import update as command
    from newapi.terminal.console import Console

    if is_continued or is_aborted:
        if is_continued and is_aborted:
            raise typer.BadParameter("--continue and --abort contradict each other")
        return (command.abort if is_aborted else command.go_on)(path, Console(is_json=is_json))
    options = command.Options(
        path=path,
        version=version,
        preset=preset,
        enabled=enabled,
        disabled=disabled,
        settings=settings,
        answers_file=answers,
        template=template,
        is_dry_run=is_dry_run,
        conflict=conflict,
        keep_tables=keep_tables,
        is_repair=is_repair,
        is_verified=is_verified,
        use_defaults=use_defaults,
    )
    return command.run(options, Console(is_json=is_json))


@app.command()
def adopt(
    *,
    path: flags.Path = None,
    version: Annotated[
        str | None,
        typer.Option("--from", metavar="VERSION", help="The release that the project is from."),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(metavar="SOURCE", help="Compare with the releases of another template."),
    ] = None,
    enabled: flags.Enabled = None,
    disabled: flags.Disabled = None,
    settings: flags.Settings = None,
    is_patch: Annotated[
        bool, typer.Option("--patch", help="Print what differs from the release; write nothing.")
    ] = False,
    is_dry_run: flags.DryRun = False,
    is_json: flags.Json = None,
) -> int:
    """Make a project updatable that was copied from the template without its answers.

    Finds the nearest release and the answers by comparing files, and writes .copier-answers.yml,
    nothing else. From then on `newapi update` merges releases. A project with another layout gets
    a report, and with --template the files that differ from the release that it was made from.
    """
    from newapi.commands import adopt as command
    from newapi.terminal.console import Console

    options = command.Options(
        path=path,
        version=version,
        template=template,
        enabled=tuple(enabled or ()),
        disabled=tuple(disabled or ()),
        settings=tuple(settings or ()),
        is_dry_run=is_dry_run,
        is_patch=is_patch,
    )
    return command.run(options, Console(is_json=is_json))


@app.command()
def add(
    *,
    names: flags.Added,
    path: flags.Project = None,
    use_defaults: flags.Defaults = False,
    is_dry_run: flags.DryRun = False,
    conflict: flags.Conflict = "inline",
    is_json: flags.Json = None,
) -> int:
    """Add features to a project, at the release that it has."""
    from newapi.commands import update as command
    from newapi.terminal.console import Console

    options = command.Options(
        "add",
        path,
        enabled=names,
        is_dry_run=is_dry_run,
        conflict=conflict,
        use_defaults=use_defaults,
    )
    return command.run(options, Console(is_json=is_json))


@app.command()
def remove(
    *,
    names: flags.Removed,
    path: flags.Project = None,
    is_dry_run: flags.DryRun = False,
    conflict: flags.Conflict = "inline",
    keep_tables: flags.KeepTables = False,
    is_json: flags.Json = None,
) -> int:
    """Remove features from a project; files of theirs that you have changed stay."""
    from newapi.commands import update as command
    from newapi.terminal.console import Console

    options = command.Options(
        "remove",
        path,
        disabled=names,
        is_dry_run=is_dry_run,
        conflict=conflict,
        keep_tables=keep_tables,
    )
    return command.run(options, Console(is_json=is_json))


@app.command()
def diff(
    *,
    path: flags.Path = None,
    version: flags.Version = None,
    preset: flags.Preset = None,
    enabled: flags.Enabled = None,
    disabled: flags.Disabled = None,
    settings: flags.Settings = None,
    answers: flags.Answers = None,
    template: flags.Template = None,
    is_json: flags.Json = None,
) -> int:
    """Print the patch that an update would make, with these choices."""
    from newapi.commands import diff as command
    from newapi.commands.update import Options
    from newapi.terminal.console import Console

    options = Options("diff", path, version, preset, enabled, disabled, settings, answers, template)
    return command.run(options, Console(is_json=bool(is_json)))


@app.command()
def status(
    *,
    path: flags.Path = None,
    is_check: flags.Check = False,
    is_json: flags.Json = None,
) -> int:
    """Show a project's release and features, which files you changed, and what would conflict.

    --check is for CI: it ends with 4 when an update is available, was interrupted or has left
    conflicts, or when the project has drifted: template files are deleted, or the answers were
    edited by hand. Files that you changed or moved are no drift, an update merges them.
    """
    from newapi.commands import status as command
    from newapi.terminal.console import Console

    return command.run(path, Console(is_json=is_json), is_check=is_check)
