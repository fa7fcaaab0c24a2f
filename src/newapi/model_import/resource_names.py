"""What tables and columns are called in `models.yml`: singular, in snake case, and not taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from newapi.model_import.source_model import Note, SourceModel
from newapi.resources import clashes, fields, naming, reserved
from newapi.resources.definition import Definition
from newapi.resources.project_names import ProjectNames


@dataclass(frozen=True)
class ResourceName:
    """The name of a resource and its plural, which is that of the table."""

    name: str
    plural: str


def of_tables(
    source: SourceModel, around: ProjectNames, notes: list[Note]
) -> dict[str, ResourceName]:
    """Return a name for each table by the name of the table; say which are other ones."""
    found: dict[str, ResourceName] = {}
    for table in source.tables:
        written = _snake_case(table.name, "record")
        singular = written if source.has_singular_names else naming.singular_of(written)
        name, reason = _free_name(singular, written, around)
        found[table.name] = name
        definition = Definition(name=name.name, plural=name.plural, access="public", fields=())
        around = around.with_definition(definition)
        if reason:
            notes.append(Note(table.name, reason, name.name, table.line))
    return found


def _free_name(name: str, written: str, around: ProjectNames) -> tuple[ResourceName, str]:
    """Return the name of a resource, and why it is not that of the table."""
    usual = naming.plural_of(name)
    plural = written if written not in {name, usual} and name != usual else usual
    wanted = Definition(name=name, plural=plural, access="public", fields=())
    flaws = [problem.message for problem in clashes.check_names(wanted, around)]
    if not flaws:
        return ResourceName(name, plural), ""
    if free := clashes.free_plural(wanted, around):
        other = replace(wanted, plural=free)
        if not [*clashes.check_names(other, around)]:
            return ResourceName(name, free), ""
    name = clashes.other_name(name, around)
    return ResourceName(name, naming.plural_of(name)), flaws[-1].rstrip(".")


def of_field(text: str, taken: Iterable[str], types: Collection[str] = ()) -> str:
    """Return the name of a field, which no other field of the resource has.

    `types` are those of all fields of the resource.
    """
    name = _snake_case(text, "value")
    if _is_reserved(name, types):
        name = fields.proposal(name, "value")
    if _is_reserved(name, types):
        name = reserved.proposal_for_field(name)
    short = name[:33].rstrip("_")
    names = [name, f"{short}_value", *(f"{short}_{number}" for number in range(2, 100))]
    return next(each for each in names if each not in taken and not _is_reserved(each, types))


def _is_reserved(name: str, types: Collection[str]) -> bool:
    """Tell whether a field cannot be called so in a resource with fields of these types."""
    return bool(reserved.flaw_of_field(name) or reserved.flaw_beside(name, types))


def of_column(text: str) -> str:
    """Return the name of a column in snake case; empty if it cannot be one."""
    try:
        return naming.normalise(text)
    except ValueError:
        return ""


def of_reference(text: str) -> str:
    """Return the name of a reference: that of its column without the `_id` at its end."""
    name = _snake_case(text, "reference")
    for ending in ("_id", "_fk", "_uuid"):
        if name.endswith(ending) and name != ending:
            return name.removesuffix(ending)
    return name


def _snake_case(text: str, fallback: str) -> str:
    try:
        return naming.normalise(text)
    except ValueError:
        return naming.proposal(text, fallback)
