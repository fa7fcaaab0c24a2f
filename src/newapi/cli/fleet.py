"""`newapi fleet`: the same command for many checkouts."""

from __future__ import annotations

from typing import Annotated

import typer

from newapi.cli import flags

app = typer.Typer(rich_markup_mode=None)

_Paths = Annotated[list[str], typer.Argument(metavar="PATH...", help="Checkouts of projects.")]


@app.callback(invoke_without_command=True)
def fleet(context: typer.Context) -> None:
    """Look at many checkouts, or update them, each on a branch of its own."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit


@app.command()
def status(*, paths: _Paths, is_check: flags.Check = False, is_json: flags.Json = None) -> int:
    """Show the release and the state of each checkout in one table.

    A checkout that is broken is named, and the others are shown; the exit code is 1 then.
    """
    from newapi.commands import fleet as command
    from newapi.terminal.console import Console

    return command.status(paths, Console(is_json=is_json), is_check=is_check)


@app.command()
def update(
    *,
    paths: _Paths,
    version: flags.Version = None,
    branch: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the branch: newapi/update.")
    ] = None,
    is_pushed: Annotated[
        bool, typer.Option("--push", help="Push the branch to origin; usually nothing is pushed.")
    ] = False,
    merge_request: Annotated[
        str | None,
        typer.Option(
            metavar="TARGET", help="On GitLab, push and open a merge request for this branch."
        ),
    ] = None,
    left_out: Annotated[
        list[str] | None,
        typer.Option(
            "--leave-out",
            metavar="PATTERN",
            help="Do not commit these files; the commit message has the patch for them.",
        ),
    ] = None,
    report: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="What `newapi update --verify --dry-run --json` found, for the commit message.",
        ),
    ] = None,
    no_lock: Annotated[bool, typer.Option("--no-lock", help="Leave uv.lock as it is.")] = False,
    is_dry_run: flags.DryRun = False,
    is_json: flags.Json = None,
) -> int:
    """Commit the update of each checkout to a branch; the working tree does not change.

    Conflicts are committed with their markers and named in the commit message; the exit code is 3
    then. A branch that has commits of somebody else is kept.
    """
    from newapi.commands import fleet as command
    from newapi.terminal.console import Console
    from newapi.update.fleet import verified
    from newapi.update.fleet.branches import BRANCH, Options

    if report and len(paths) > 1:
        raise typer.BadParameter("--report is about one checkout")
    options = Options(
        version=version,
        branch=branch or BRANCH,
        is_pushed=is_pushed or bool(merge_request),
        target=merge_request or "",
        is_dry_run=is_dry_run,
        with_lock=not no_lock,
        left_out=tuple(left_out or ()),
        verified=verified.read(report),
    )
    return command.update(paths, options, Console(is_json=is_json))
