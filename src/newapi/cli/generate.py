"""`newapi generate`: what can be generated into a project, one command each."""

from __future__ import annotations

from typing import Annotated

import typer

from newapi.cli import flags
from newapi.errors import Problem, UsageError

app = typer.Typer(rich_markup_mode=None)

_Fields = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FIELD...",
        help="Fields of a new resource: 'name:str(1..100)' 'price:decimal(gt=0)' 'sku:str?'.",
    ),
]
_Add = Annotated[list[str] | None, typer.Option(metavar="FIELD", help="Add a field.")]
_Drop = Annotated[list[str] | None, typer.Option(metavar="NAME", help="Drop a field.")]
_Rename = Annotated[list[str] | None, typer.Option(metavar="OLD:NEW", help="Rename a field.")]
_Rule = Annotated[
    list[str] | None,
    typer.Option("--rule", metavar="RULE", help="Add a rule across fields: 'ends_at > starts_at'."),
]
_DropRule = Annotated[list[str] | None, typer.Option(metavar="RULE", help="Drop a rule.")]
_Csv = Annotated[
    bool | None, typer.Option("--csv/--no-csv", help="Export the list as CSV.", show_default=False)
]
_Change = Annotated[list[str] | None, typer.Option(metavar="FIELD", help="Change a field.")]


@app.callback(invoke_without_command=True)
def generate(
    context: typer.Context,
    *,
    path: flags.Project = None,
    is_dry_run: flags.DryRun = False,
    keep_tables: flags.KeepTables = False,
    conflict: flags.Conflict = "inline",
    diagram: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Only write a diagram of Mermaid; - prints it."),
    ] = None,
    is_json: flags.Json = None,
) -> int:
    """Generate what models.yml says; or one resource or task by the command line.

    Without a command, models.yml is compared with the resources that the project has, and all
    changes are made in one step, with one migration.
    """
    if context.invoked_subcommand is not None:
        if given := [name for name, value in context.params.items() if _is_given(value)]:
            message = f"The options of `newapi generate` stand behind {context.invoked_subcommand}."
            raise UsageError(
                [Problem(message, f"newapi generate {context.invoked_subcommand} --help")]
                if given
                else []
            )
        return 0
    from newapi.commands import generate_models as command
    from newapi.terminal.console import Console

    options = command.Options(path, is_dry_run, keep_tables, conflict, diagram)
    return command.run(options, Console(is_json=is_json))


def _is_given(value: object) -> bool:
    return value not in (None, False, "inline")


@app.command()
def resource(
    *,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The resource, in the singular: product.")
    ],
    fields: _Fields = None,
    is_owned: Annotated[
        bool, typer.Option("--owned", help="Rows belong to who made them; usual with accounts.")
    ] = False,
    is_owner_writes: Annotated[
        bool,
        typer.Option("--owner-writes", help="Everybody reads, owners write their own rows."),
    ] = False,
    is_signed_in: Annotated[
        bool, typer.Option("--signed-in", help="Signed-in users read and write all rows.")
    ] = False,
    is_public: Annotated[
        bool, typer.Option("--public", help="Everybody reads, administrators write.")
    ] = False,
    is_admin_only: Annotated[
        bool, typer.Option("--admin-only", help="Administrators only, reading too.")
    ] = False,
    plural: Annotated[
        str | None, typer.Option(metavar="PLURAL", help="Where adding an s is not enough.")
    ] = None,
    api: Annotated[
        str | None, typer.Option(metavar="VERSION", help="Version of the API: v1 or v2.")
    ] = None,
    is_versioned: Annotated[
        bool,
        typer.Option("--versioned", help="Entity tags, so that no change overwrites another."),
    ] = False,
    is_audited: Annotated[
        bool, typer.Option("--audited", help="Rows name who created and last changed them.")
    ] = False,
    is_soft_delete: Annotated[
        bool, typer.Option("--soft-delete", help="Deleted rows stay in the table, and are hidden.")
    ] = False,
    add: _Add = None,
    drop: _Drop = None,
    rename: _Rename = None,
    change: _Change = None,
    add_rules: _Rule = None,
    drop_rule: _DropRule = None,
    is_csv: _Csv = None,
    is_removed: Annotated[
        bool, typer.Option("--remove", help="Remove the resource; files you changed stay.")
    ] = False,
    keep_tables: flags.KeepTables = False,
    path: flags.Project = None,
    is_dry_run: flags.DryRun = False,
    conflict: flags.Conflict = "inline",
    is_json: flags.Json = None,
) -> int:
    """Generate a resource with its table, API and tests; or change one.

    newapi generate resource product 'name:str(1..100)' 'price:decimal(gt=0)' --owned

    The result is staged and not committed: `git diff --cached` shows it. Changes are merged into
    what you have made of the code.
    """
    from newapi.commands import generate as command
    from newapi.terminal.console import Console

    accesses = {
        "owned": is_owned,
        "owner_writes": is_owner_writes,
        "signed_in": is_signed_in,
        "public": is_public,
        "admin": is_admin_only,
    }
    options = command.Options(
        name=name,
        fields=tuple(fields or ()),
        accesses=tuple(access for access, is_chosen in accesses.items() if is_chosen),
        plural=plural,
        api=api,
        is_versioned=is_versioned,
        is_audited=is_audited,
        is_soft_delete=is_soft_delete,
        add=tuple(add or ()),
        drop=tuple(drop or ()),
        rename=tuple(rename or ()),
        change=tuple(change or ()),
        add_rules=tuple(add_rules or ()),
        drop_rules=tuple(drop_rule or ()),
        csv=is_csv,
        is_removed=is_removed,
        keep_tables=keep_tables,
        path=path,
        is_dry_run=is_dry_run,
        conflict=conflict,
    )
    return command.run(options, Console(is_json=is_json))


@app.command()
def task(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What is to be done: resize-image.")],
    path: flags.Project = None,
    is_dry_run: flags.DryRun = False,
    is_json: flags.Json = None,
) -> int:
    """Generate background work: a job, the endpoint that asks for it, and tests.

    newapi generate task resize-image

    The project needs the feature jobs. The files are yours from then on: updates leave them alone.
    """
    from newapi.commands import generate_task as command
    from newapi.terminal.console import Console

    options = command.Options(name=name, path=path, is_dry_run=is_dry_run)
    return command.run(options, Console(is_json=is_json))
