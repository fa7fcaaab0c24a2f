"""`newapi generate`: make the project what its `models.yml` says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newapi import __version__
from newapi.commands import update
from newapi.errors import NewapiError, Problem, UsageError
from newapi.generate import resource_plan
from newapi.project import tree
from newapi.project.tree import Entry
from newapi.resources import fields
from newapi.update import execution

if TYPE_CHECKING:
    from newapi.generate.resource_plan import Generated
    from newapi.project.git import Repository
    from newapi.resources.model_file import Model
    from newapi.terminal.console import Console

_EXAMPLE = "resources: {category: {fields: {name: 'str(1..100)'}}}"


@dataclass(frozen=True)
class Options:
    """The command line."""

    path: str | None = None
    is_dry_run: bool = False
    keep_tables: bool = False
    conflict: str = "inline"
    diagram: str | None = None


def run(options: Options, console: Console) -> int:
    """Compare the file with the recorded resources, and generate the difference."""
    repository = execution.locate(options.path)
    if options.diagram is not None:
        return _draw(repository, options.diagram, console)
    shared = update.Options("generate", keep_tables=options.keep_tables, conflict=options.conflict)
    wanted, is_dry_run = update.wanted(shared), options.is_dry_run
    with execution.at_work(repository, console, is_dry_run=is_dry_run) as desk:
        model, data = _read(repository)
        if data is not None:
            wanted = replace(wanted, edited={resource_plan.MODELS: Entry(data)})
        found = resource_plan.plan(repository, model, wanted, console)
        told = _describe(repository, found, is_dry_run=is_dry_run)
        document = execution.carry_out(repository, desk, found.plan, told)
    return update.finish(repository, found.plan, document, console)


def _draw(repository: Repository, target: str, console: Console) -> int:
    """Write a diagram of Mermaid into a file, or to standard output."""
    from newapi.resources import diagram

    model, _ = _read(repository)
    text = diagram.mermaid(resource_plan.defined(repository, model))
    if target != "-":
        path = Path(target)
        if path.is_dir() or not path.parent.is_dir():
            message = f"{target} is no path of a file."
            raise UsageError([Problem(message, "--diagram docs/models.mmd, or --diagram -")])
        path.write_text(text, encoding="utf-8")
    if console.is_json:
        head = {"ok": True, "command": "generate", "version": __version__, "exit_code": 0}
        console.document({**head, "path": target, "diagram": text.splitlines()})
    elif target == "-":
        console.raw(text.encode())
    else:
        console.line(f"{target}: the diagram is written.")
    return 0


def _read(repository: Repository) -> tuple[Model | None, bytes | None]:
    """Return `models.yml` as it is in the work tree, read and as bytes."""
    entry = tree.look(repository.project / resource_plan.MODELS)
    if entry is None:
        return None, None
    if entry.kind != "file":
        raise NewapiError(f"{resource_plan.MODELS} is a link.", "Replace it by the file itself.")
    from newapi.resources import model_file

    return model_file.read(entry.data), entry.data


def _describe(repository: Repository, found: Generated, *, is_dry_run: bool) -> dict[str, Any]:
    """Say what happens, for a program; docs/json.md explains the keys."""
    from newapi.resources import diagram

    if not found.after and not found.decisions:
        message = f"There is no {resource_plan.MODELS}, and no resource to write into it."
        raise NewapiError(
            message, f"Write {_EXAMPLE!r} into it, or newapi generate resource NAME FIELD..."
        )
    return {
        **execution.describe("generate", repository, found.plan, is_dry_run=is_dry_run),
        "resources": [
            {
                "action": each.verb,
                "name": each.definition.name,
                "plural": each.definition.plural,
                "access": each.definition.access,
                "api": each.definition.api,
                "fields": [fields.render(field) for field in each.definition.fields],
                "rules": [rule.text for rule in each.definition.rules],
                **each.definition.switches,
            }
            for each in found.decisions
        ],
        "diagram": [
            line
            for each in found.decisions
            for line in diagram.lines(
                found.before.get((each.old or each.definition).name),
                found.after.get(each.definition.name),
            )
        ],
    }
