"""Constraints and indexes over several fields of a resource."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from newapi.errors import Problem
from newapi.resources import field_rules, limits
from newapi.resources.definition import LISTS, RANGED, Definition, Field
from newapi.resources.fields import render
from newapi.template import features

if TYPE_CHECKING:
    from newapi.resources.definition import Json

# Characters of all texts together: an index of MySQL has 3072 bytes, and a character up to four.
MAX_CHARACTERS = 700
MAX_GROUPS = 10
_UNFIT = frozenset({"text", "json", "bytes", "file", "image", "list", *LISTS})
_COUNTED = (
    *("str", "int", "bigint", "decimal", "email", "url", "uuid", "date", "datetime", "time"),
    "duration",
)


def check(definition: Definition) -> Iterator[Problem]:
    """Yield the problems of the groups of a definition."""
    for key, groups in (("unique", definition.unique), ("indexes", definition.indexes)):
        if len(groups) > MAX_GROUPS:
            message = (
                f"{definition.name} has {len(groups)} entries of {key}; {MAX_GROUPS} are allowed."
            )
            yield Problem(message, f"{key}: [[{', '.join(groups[0])}]]")
        for number, group in enumerate(groups):
            flaw, fix = _flaw(definition, group, key)
            if key == "unique" and (name := definition.one_way(group)):
                flaw = f"names {name}, which requests or responses lack"
                fix = f"{name} without read_only and write_only, and no file"
            if group in groups[:number]:
                flaw, fix = "is there twice", "Keep one of them"
            elif key == "unique" and not flaw and (implied := _implied_by(definition, group)):
                flaw, fix = (
                    f"is always unique, because {implied} is",
                    f"Remove [{', '.join(group)}]",
                )
            if flaw:
                shown = ", ".join(group)
                yield Problem(f"{definition.name}: {key} [{shown}] {flaw}.", fix)


def counted(definition: Definition) -> frozenset[str]:
    """Return the fields that differ in every row of a test, so that groups are unique."""
    return frozenset(
        name for group in definition.unique if (name := _counted(definition, group)) is not None
    )


def renamed(definition: Definition, names: dict[str, str]) -> Definition:
    """Return a definition with the new names of fields in its groups and rules."""
    groups = (
        tuple(tuple(names.get(name, name) for name in group) for group in found)
        for found in (definition.unique, definition.indexes)
    )
    unique, indexes = groups
    rules = tuple(
        replace(rule, fields=tuple(names.get(name, name) for name in rule.fields))
        for rule in definition.rules
    )
    return replace(definition, unique=unique, indexes=indexes, rules=rules)


def of_table(definition: Definition) -> list[dict[str, Json]]:
    """Return name, kind and columns of each group, rule, and index of a filter or an order."""
    table = definition.plural
    listed = (_listed(definition, field) for field in definition.fields)
    return [
        *(_named("uq", table, definition.columns(group)) for group in definition.unique),
        *(_named("ix", table, definition.columns(group)) for group in definition.indexes),
        *(_named("ix", table, columns) for columns in listed if columns),
        *of_search(definition),
        *field_rules.of_table(definition),
    ]


def spelled_names(definition: Definition) -> list[str]:
    """Return the names of groups that models spell, so that nothing can shorten them."""
    return [
        str(group["name"])
        for group in of_table(definition)
        if group["kind"] == "search" or (group["kind"] == "uq" and definition.soft_delete)
    ]


def of_search(definition: Definition) -> list[dict[str, Json]]:
    """Return the index of the fields that are searched; SQLite has none."""
    columns: list[Json] = [field.stored for field in definition.fields if field.search]
    name = f"ix_{definition.plural}_search"
    return [{"kind": "search", "name": name, "columns": columns}] if columns else []


def _listed(definition: Definition, field: Field) -> list[str]:
    """Return the columns of the index that lists need to filter and sort by a field.

    Rows that are sorted by the field are in the order of their ids where values are equal; rows
    with one value are in the order of their creation.
    """
    if field.unique or not (field.filter or field.sort):
        return []
    owner = ["owner_id"] if definition.access == "owned" else []
    is_ordered = field.sort or field.type in RANGED
    return [*owner, field.stored, "id" if is_ordered else "created_at"]


def of_access(definition: Definition) -> list[dict[str, Json]]:
    """Return name, kind and columns of what depends on the access of a resource.

    These are all groups, the unique values and references, and the indexes of lists.
    """
    table = definition.plural
    found = [*of_table(definition)]
    found += (_named("ix", table, columns) for columns in definition.list_indexes)
    for field in definition.fields:
        is_per_owner = definition.is_unique_per_owner(field)
        if field.type == "ref" and (not field.unique or is_per_owner):
            found.append(_named("ix", table, [field.stored]))
        if field.unique:
            columns = ["owner_id", field.stored] if is_per_owner else [field.stored]
            found.append(_named("uq", table, columns))
    return found


def _named(kind: str, table: str, columns: Sequence[str]) -> dict[str, Json]:
    return {"kind": kind, "name": "_".join([kind, table, *columns]), "columns": [*columns]}


def _flaw(definition: Definition, group: Sequence[str], key: str) -> tuple[str, str]:
    """Return the problem of a group, and the way out."""
    known = [field.name for field in definition.fields if field.type not in _UNFIT]
    example = f"{key}: [[{', '.join(known[:2])}]]"
    for name in group:
        field = definition.field(name)
        if name == "owner" and definition.has_owner:
            continue
        if field is None:
            near = features.nearest(name, known)
            return f"names {name}, which is no field", near or f"One of {', '.join(known)}"
        if field.type in _UNFIT or (field.type == "url" and not field.unique):
            return f"names {name}, which no database keeps in an index", example
    if len(set(group)) != len(group) or (key == "unique" and len(group) == 1):
        field = definition.field(group[0]) if len({*group}) == 1 else None
        fix = render(replace(field, unique=True)) if field and key == "unique" else example
        return "needs two different fields at least", fix
    texts = [field for name in group if (field := definition.field(name)) and field.max]
    if sum(field.max or 0 for field in texts) > MAX_CHARACTERS:
        return (
            f"has texts of more than {MAX_CHARACTERS} characters",
            f"{texts[0].name}: str(1..100)",
        )
    if key == "unique" and _counted(definition, group) is None:
        return "has room for a few rows only", example
    return "", ""


def _implied_by(definition: Definition, group: Sequence[str]) -> str:
    """Return a field or a smaller group that makes a group unique, or an empty string."""
    columns = {*definition.columns(group)}
    for field in definition.fields:
        owner = ["owner_id"] if definition.is_unique_per_owner(field) else []
        if field.unique and columns >= {*owner, field.stored}:
            return field.name
    before = definition.unique[: definition.unique.index(tuple(group))]
    for other in definition.unique:
        part = {*definition.columns(other)}
        if part < columns or (part == columns and other in before):
            return f"[{', '.join(other)}]"
    return ""


def _counted(definition: Definition, group: Sequence[str]) -> str | None:
    """Return the field of a group that differs in every row; None if none can."""
    fields = [field for name in group if (field := definition.field(name))]
    by_itself = [f for f in fields if f.unique or (f.type == "ref" and not f.optional)]
    if by_itself:
        return by_itself[0].name
    return next((f.name for kind in _COUNTED for f in fields if f.type == kind and _fits(f)), None)


def _fits(field: Field) -> bool:
    """Tell whether a field has room for as many values as tests need."""
    return not [*limits.check(replace(field, unique=True, default=None), "postgres")]
