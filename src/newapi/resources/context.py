"""The context of the generator's template: definitions and operations as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from newapi.resources import (
    composites,
    field_rules,
    limits,
    links,
    naming,
    nesting,
    rule_samples,
    store,
    users,
    values,
)
from newapi.resources.changes import Operation
from newapi.resources.definition import RANGED, Definition, Field, Json, Rule

Context: TypeAlias = "dict[str, Json]"
Definitions: TypeAlias = Mapping[str, Definition]


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ACTIONS = {"cascade": "CASCADE", "set_null": "SET NULL", "restrict": ""}


def of_definition(definition: Definition, definitions: Definitions) -> Context:
    """Return all that the template may ask of a resource."""
    fields = definition.fields
    samples = rule_samples.of_fields(definition)
    return {
        "name": definition.name,
        "plural": definition.plural,
        "class_name": definition.class_name,
        "title": definition.title,
        "titles": definition.titles,
        "access": definition.access,
        "has_owner": definition.has_owner,
        **definition.switches,
        "bundled": definition.bundled,
        "list_indexes": [[*columns] for columns in definition.list_indexes],
        "api": definition.api,
        "digest": store.digest(definition),
        "unique_groups": [list(group) for group in definition.unique],
        "groups": [*composites.of_table(definition)],
        "rules": [_of_rule(rule, definition) for rule in definition.rules],
        "automatic_fields": [
            of_field(field, definition, definitions) for field in definition.automatic_fields
        ],
        "fields": [
            of_field(f, definition, definitions) | samples[f.name].told()
            for f in fields
            if f.has_column
        ],
        "many": [of_many(field, definition, definitions) for field in links.many(fields)],
        "nested": [of_nested(field, definition, definitions) for field in nesting.nested(fields)],
        "parent": _of_parent(definition, definitions),
    }


def _of_rule(rule: Rule, definition: Definition) -> Context:
    """Return all that the template may ask of a rule across fields."""
    return {
        "kind": rule.kind,
        "sign": rule.sign,
        "columns": [field_rules.column(name, definition) for name in rule.fields],
        "message": field_rules.message(rule, definition),
        "broken": rule_samples.broken(rule, definition),
    }


def of_all(definitions: Definitions) -> dict[str, Json]:
    """Return all resources by their names."""
    return {name: of_definition(found, definitions) for name, found in sorted(definitions.items())}


def of_operation(operation: Operation, definition: Definition, definitions: Definitions) -> Context:
    """Return one step of a migration."""
    sides = {"old": operation.old, "new": operation.new}
    return {
        "op": operation.op,
        **{
            side: None if field is None else of_field(field, definition, definitions)
            for side, field in sides.items()
        },
    }


def of_field(field: Field, definition: Definition, definitions: Definitions) -> Context:
    """Return all that the template may ask of a field; what does not apply is null."""
    target = users.target_of(field, definitions)
    required = [other for other in target.fields if not other.optional] if target else []
    label = next((o.name for o in required if o.type == "str" and not o.write_only), None)
    return {
        "name": field.name,
        "column": field.column,
        "type": "int" if field.type == "bigint" else field.type,
        "big": limits.is_large(field),
        "optional": field.optional,
        "unique": field.unique,
        "filter": field.is_filtered,
        "range": field.is_filtered and field.type in RANGED,
        "sort": field.is_sorted,
        "search": field.search,
        "min": field.min,
        "max": field.max,
        "gt": field.gt,
        "ge": field.ge,
        "lt": field.lt,
        "le": field.le,
        "places": field.places,
        "digits": field.digits,
        "values": list(field.values),
        "types": list(field.types),
        "enum_class": definition.enum_class(field) if field.type == "enum" else None,
        "target": field.target,
        "target_class": target.class_name if target else None,
        "target_plural": target.plural if target else None,
        "target_access": target.access if target else None,
        "target_soft_delete": bool(target and target.soft_delete),
        "own_rows": bool(target and definition.refers_to_own_rows(field, target)),
        "unique_per_owner": definition.is_unique_per_owner(field),
        "refers_to_users": users.refers_to_users(field, definitions),
        "target_label": label,
        "target_required": [other.name for other in required],
        "default": field.default,
        **_of_duration(field),
        "stored": field.stored,
        "members": [*field.members],
        "default_member": naming.member_of(str(field.default)) if field.type == "enum" else None,
        "on_delete": _ACTIONS[field.deletion] if field.type == "ref" else None,
        "description": field.description,
        "labels": dict(field.labels),
        "read_only": field.read_only or field.is_file,
        "write_only": field.write_only,
        "counted": field.unique or field.name in composites.counted(definition),
    }


def _of_duration(field: Field) -> Context:
    """Return the default of a duration in seconds, and counted from 1970.

    Databases without intervals store a moment after 1970 instead.
    """
    seconds: Json = None
    moment: Json = None
    if field.type == "duration" and field.default is not None:
        default = values.duration(str(field.default))
        seconds = default.days * 86_400 + default.seconds
        if default.microseconds:
            seconds = f"{seconds}.{default.microseconds:06}"
        moment = (_EPOCH + default).isoformat(" ", "microseconds")[:-6]
    return {"default_seconds": seconds, "default_moment": moment}


def of_many(field: Field, definition: Definition, definitions: Definitions) -> Context:
    """Return all that the template may ask of a field that refers to many rows."""
    target = users.target_of(field, definitions)
    link = links.of_field(field, definition, target.plural if target else "")
    return {
        **of_field(field, definition, definitions),
        "singular": field.singular,
        "link": link.told(),
    }


def of_nested(field: Field, definition: Definition, definitions: Definitions) -> Context:
    """Return the values of a field with nested rows for the template."""
    target = definitions.get(field.target or "")
    reference = nesting.reference(target, definition) if target else None
    return {
        **of_field(field, definition, definitions),
        "singular": field.singular,
        "reference": reference.name if reference else None,
    }


def _of_parent(definition: Definition, definitions: Definitions) -> Json:
    """Return the reference to the rows in which those of a resource are nested, or null."""
    parent, field = nesting.parent(definition, definitions)
    reference = nesting.reference(definition, parent) if parent else None
    if parent is None or field is None or reference is None:
        return None
    return {
        "name": reference.name,
        "column": reference.column,
        "field": field.name,
    }
