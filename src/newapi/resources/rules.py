"""Check a definition: its names, its fields and their references."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from newapi.errors import Problem
from newapi.resources import (
    bundled,
    clashes,
    composites,
    field_rules,
    limits,
    links,
    naming,
    references,
    reserved,
    users,
)
from newapi.resources.definition import DELETED_AT, VERSION, Definition, Field
from newapi.resources.fields import render, render_type
from newapi.resources.project_names import ProjectNames

MAX_FIELDS = 50
_COLUMNS = frozenset({"id", "owner_id", "created_at", "updated_at"})
_OF_SQLALCHEMY = frozenset({"Column", "Table"})
# The maximum size of one row of MySQL in bytes, without texts.
MYSQL_ROW = 65_000


def check(definition: Definition, project_names: ProjectNames, *, is_new: bool) -> list[Problem]:
    """Say everything that keeps a resource from being made, or changed to this."""
    around = project_names.with_definition(definition)
    found = list(references.check_access(definition, around))
    if definition.bundled:
        found += bundled.check(definition, around)
    elif is_new:
        found += clashes.check_names(definition, project_names)
    found += _check_columns(definition)
    for field in definition.fields:
        flaws = [*_check_name_of_field(definition, field, around)]
        flaws += limits.check(field, around.database)
        found += (replace(flaw, key=field.name) for flaw in flaws)
    found += composites.check(definition)
    found += field_rules.check(definition, around.database)
    found += _check_links(definition, around)
    found += _check_files(definition, around)
    found += references.check(definition, around)
    found += _check_row(definition, around.database)
    plurals = limits.plurals(around.definitions)
    groups = composites.spelled_names(definition)
    found += limits.check_identifiers(definition, plurals, groups)
    return list(dict.fromkeys(found))


def _check_columns(definition: Definition) -> Iterator[Problem]:
    if not definition.fields and not definition.bundled:
        yield Problem(f"{definition.name} has no fields.", "name:str(1..100)")
    elif not definition.bundled and all(
        field.read_only or field.is_file for field in definition.fields
    ):
        yield Problem(f"No request sets a field of {definition.name}.", "name:str(1..100)")
    if len(definition.fields) > MAX_FIELDS:
        message = (
            f"{definition.name} has {len(definition.fields)} fields; {MAX_FIELDS} are allowed."
        )
        yield Problem(message, "Make two resources of it, one with a ref(...) to the other")
    names = Counter(field.name for field in definition.fields)
    yield from (
        Problem(f"There are {count} fields called {name}.", "Give each its own name")
        for name, count in names.items()
        if count > 1
    )
    yield from _check_types(definition)
    plain = {field.name for field in definition.fields}
    for field in definition.fields:
        if field.column != field.name and field.column in plain:
            message = f"{field.name} is stored as {field.column}, which is a field too."
            yield Problem(message, f"Drop or rename {field.column}")
    taken = Counter(field.stored for field in definition.fields)
    for field in definition.fields:
        is_taken = taken[field.stored] > 1 or field.stored in _COLUMNS
        if field.column_name and is_taken:
            fix = render(replace(field, column_name=None))
            yield Problem(f"The table has a column {field.stored} already.", fix, field.name)
    yield from _check_automatic_fields(definition)


def _check_automatic_fields(definition: Definition) -> Iterator[Problem]:
    """Find fields with the name or the column of one that the application sets."""
    reasons = {field.name: "it is audited" for field in definition.automatic_fields}
    reasons |= {VERSION.name: "it is versioned"} if definition.versioned else {}
    reasons |= {DELETED_AT.name: "of soft_delete"} if definition.soft_delete else {}
    for field in definition.fields:
        if field.name in reasons:
            taken = field.name
            other = replace(field, name=reserved.proposal_for_field(taken))
        elif field.stored in reasons:
            taken = field.stored
            other = replace(field, column_name=reserved.proposal_for_field(taken))
        else:
            continue
        message = f"{field.name}: {definition.name} has a {taken}, because {reasons[taken]}."
        yield Problem(message, render(other), field.name)


def _check_types(definition: Definition) -> Iterator[Problem]:
    """Yield problems of fields with equal names of types, such as `line_1` and `line1`."""
    seen = {f"{definition.class_name}{part}" for part in clashes.PARTS if part}
    for field in {field.name: field for field in definition.fields}.values():
        brings_class = field.type in {"enum", "ref"}
        name = naming.class_of(field.name)
        if field.type == "many":
            name = f"{definition.class_name}{naming.class_of(field.singular)}"
        # The schemas import ListParams: a type of this name begins with that of the resource.
        if brings_class or name == "ListParams":
            name = definition.enum_class(field)
        if name in seen:
            fix = f"{field.name[:30]}_{'kind' if brings_class else 'value'}:{render_type(field)}"
            yield Problem(f"{field.name} would bring a second type {name}.", fix)
        seen.add(name)


def _check_links(definition: Definition, around: ProjectNames) -> Iterator[Problem]:
    """Find link tables with a taken name, or with two columns of the same name."""
    plurals = {other.plural for other in around.definitions.values()}
    for field in links.many(definition.fields):
        link = links.of_field(field, definition, "")
        if link.table in plurals:
            message = f"{field.name}: there is a table {link.table} already."
            yield Problem(message, f"related_{render(field)}"[:60], field.name)
        elif link.left == link.right:
            message = f"{field.name}: both columns of {link.table} would be {link.left}."
            yield Problem(message, f"related_{render(field)}"[:60], field.name)
        target = users.target_of(field, around.definitions)
        names = {definition.class_name, target.class_name if target else ""} & _OF_SQLALCHEMY
        if names:
            message = f"{field.name}: its table is made with a class {min(names)} of SQLAlchemy."
            yield Problem(message, "Another name of the resource, such as board_column", field.name)
        if field.optional:
            message = f"{field.name}: a list of many may be empty, and needs no ?."
            yield Problem(message, render(replace(field, optional=False)), field.name)


def _check_files(definition: Definition, around: ProjectNames) -> Iterator[Problem]:
    """Find files in a project that stores none, and names that their endpoints use."""
    if not definition.has_files:
        return
    if not around.storage:
        name = next(field.name for field in definition.fields if field.is_file)
        message = f"{name}: this project stores no files."
        yield Problem(message, "`newapi add storage` first", name)
    if definition.name in reserved.FILE_VARIABLES:
        message = f"A resource with files cannot be called {definition.name}: its endpoints use it."
        yield Problem(message, f"Another name, such as stored_{definition.name}")


def _check_name_of_field(
    definition: Definition, field: Field, around: ProjectNames
) -> Iterator[Problem]:
    types = {other.type for other in definition.fields}
    if flaw := reserved.flaw_of_field(field.name) or reserved.flaw_beside(field.name, types):
        fix = render(replace(field, name=reserved.proposal_for_field(field.name)))
        yield Problem(f"A field cannot be called {field.name}: {flaw}.", fix)
    if field.type == "ref" and field.name.endswith("_id"):
        fix = render(replace(field, name=field.name.removesuffix("_id")))
        yield Problem(f"{field.name}: the column of a ref gets its _id by itself.", fix)
    if field.type == "enum":
        fix = f"{field.name[:30]}_kind:{render_type(field)}"
        yield from clashes.check_class(definition.enum_class(field), definition, around, fix)


def _check_row(definition: Definition, database: str) -> Iterator[Problem]:
    texts = [field for field in definition.fields if field.type in {"str", "email"} or field.unique]
    size = sum(4 * (field.max or 0) + 2 for field in texts)
    if database == "mysql" and size > MYSQL_ROW:
        longest = max(texts, key=lambda field: field.max or 0)
        message = f"The texts of {definition.name} take {size} bytes; a row of MySQL {MYSQL_ROW}."
        yield Problem(message, f"{longest.name}:text(max={longest.max})")
