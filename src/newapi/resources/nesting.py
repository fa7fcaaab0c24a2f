"""Rows that requests write together with the row that they belong to: an order with its lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from newapi.errors import Problem
from newapi.resources.fields import render

if TYPE_CHECKING:
    from newapi.resources.definition import Definition, Field

    Definitions = Mapping[str, Definition]


def nested(fields: Iterable[Field]) -> Iterator[Field]:
    """Return the fields with nested rows."""
    return (field for field in fields if field.type == "nested")


def reference(child: Definition, parent: Definition) -> Field | None:
    """Return the field of nested rows that refers to their parent."""
    found = [f for f in child.fields if f.type == "ref" and f.target == parent.name]
    return found[0] if len(found) == 1 else None


def parent(
    child: Definition, definitions: Definitions
) -> tuple[Definition, Field] | tuple[None, None]:
    """Return the resource in which rows are nested, and the field that has them."""
    for other in definitions.values():
        for field in nested(other.fields):
            if field.target == child.name:
                return other, field
    return None, None


def check(
    parent: Definition, field: Field, child: Definition | None, definitions: Definitions
) -> Iterator[Problem]:
    """Check that each row of a resource belongs to one parent, and can be written with it."""
    if child is None or child == parent:
        message = f"{parent.name}.{field.name}: users and rows of the same kind cannot be nested."
        yield Problem(message, f"{field.name}:many({field.target})", field.name)
        return
    found = reference(child, parent)
    if found is None:
        count = sum(f.type == "ref" and f.target == parent.name for f in child.fields)
        message = (
            f"{parent.name}.{field.name}: {child.name} has {count or 'no'} references to"
            f" {parent.name}; exactly one says to which {parent.title} a row belongs."
        )
        fix = f"{parent.name}:ref({parent.name}, on_delete=cascade) in {child.name}"
        yield Problem(message, fix, field.name)
        return
    for flaw, fix in (
        *_flaws_of_reference(parent, child, found),
        *_flaws_of_resources(parent, child),
        *_flaws_of_fields(field, child, definitions),
    ):
        message = f"{parent.name}.{field.name}: {flaw}."
        yield Problem(message, fix, field.name)


def _flaws_of_reference(
    parent: Definition, child: Definition, found: Field
) -> Iterator[tuple[str, str]]:
    """Yield what keeps nested rows from belonging to one parent for as long as they exist."""
    is_own = not child.has_owner or child.refers_to_own_rows(found, parent)
    is_part = found.deletion == "cascade" and not found.optional and not found.unique
    if child.access != parent.access:
        flaw = (
            f"nested rows have the access of their {parent.title}, but {child.name} is"
            f" {child.access} and {parent.name} {parent.access}"
        )
        yield flaw, f"access: {parent.access} in {child.name}"
    elif not (is_own and is_part):
        rows = found.rows if is_own else "own"
        wanted = replace(found, optional=False, unique=False, rows=rows, on_delete="cascade")
        whose = " of the same owner" if child.has_owner else ""
        flaw = (
            f"each {child.title} must belong to one {parent.title}{whose} and be deleted with it,"
            " and several may belong to the same"
        )
        yield flaw, f"{render(wanted)} in {child.name}"


def _flaws_of_resources(parent: Definition, child: Definition) -> Iterator[tuple[str, str]]:
    """Yield options that nested rows cannot have."""
    for definition in (parent, child):
        if definition.soft_delete:
            flaw = (
                f"nested rows are deleted for good, but deleted {definition.titles} stay in their"
                " table"
            )
            yield flaw, f"Remove soft_delete from {definition.name}"
    if child.audited:
        yield (
            f"nested rows are changed with their {parent.title}, which can say who changed it",
            f"audited: true in {parent.name}, not in {child.name}",
        )


def _flaws_of_fields(
    field: Field, child: Definition, definitions: Definitions
) -> Iterator[tuple[str, str]]:
    """Yield the options that nested rows cannot have."""
    if field.optional:
        yield "a list of rows may be empty, and needs no ?", render(replace(field, optional=False))
    for other in child.fields:
        if not other.has_column or other.target == child.name:
            flaw = (
                "nested rows cannot refer to lists of rows or to rows of their own kind,"
                f" as {render(other)} does"
            )
            yield flaw, f"Remove {other.name} from {child.name}, or {field.name} from its parent"
    fields = [other for each in definitions.values() for other in nested(each.fields)]
    if sum(other.target == child.name for other in fields) > 1:
        yield f"rows of {child.name} are nested elsewhere too", f"Remove {field.name}"
    if (name := f"nested_{child.name}") in definitions:
        yield f"its schemas are called like those of the resource {name}", f"Rename {name}"
