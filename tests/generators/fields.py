"""Fields and definitions as the template of a resource receives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Context = dict[str, Any]

TYPES = (
    "str", "text", "int", "float", "decimal", "bool", "date", "time", "datetime", "duration",
    "uuid", "email", "url", "json", "bytes", "enum", "list", "ref",
)  # fmt: skip
LENGTHS = {"str": 100, "text": 10_000, "email": 254, "url": 2083, "bytes": 10_000, "list": 20}
VALUES = ("draft", "live")


def field(name: str, kind: str, **options: Any) -> Context:
    """Return a field; a reference is one to categories unless it says otherwise."""
    given: Context = dict.fromkeys(("min", "max", "gt", "ge", "lt", "le", "places", "digits"))
    given |= {"optional": False, "unique": False, "values": [], "enum_class": None, "default": None}
    given |= dict.fromkeys(("target", "target_class", "target_plural", "target_access"))
    given |= dict.fromkeys(("default_seconds", "default_moment"))
    given |= {"target_label": None, "target_required": []}
    given |= {"name": name, "column": name, "type": kind, "max": LENGTHS.get(kind)}
    if kind == "decimal":
        given |= {"places": 2, "digits": 12}
    elif kind == "enum":
        given |= {"values": list(VALUES), "enum_class": name.title()}
    elif kind == "ref":
        given |= {"column": f"{name}_id", "target": "category", "target_class": "Category"}
        given |= {"target_plural": "categories", "target_access": "public"}
    given |= options
    given |= {"filter": kind == "ref", "range": False, "sort": False, "search": False} | options
    action = ("SET NULL" if given["optional"] else "") if kind == "ref" else None
    more: Context = {"stored": given["column"], "on_delete": action, "counted": given["unique"]}
    more |= {"labels": {}, "read_only": False, "write_only": False}
    more |= {
        "refers_to_users": False,
        "target_soft_delete": False,
        "own_rows": False,
        "unique_per_owner": False,
    }
    more |= {"members": [value.upper() for value in given["values"]], "description": None}
    bounds = [int(given[key]) for key in ("gt", "ge", "lt", "le") if given[key] and kind == "int"]
    more["big"] = any(abs(bound) > 2**31 - 1 for bound in bounds)
    more |= {"low": None, "high": None, "years": 0, "instead_of": None}
    more |= {"given": kind != "ref" or not given["optional"], "compared": False, "one_of": False}
    return more | {"default_member": None} | given


def group(kind: str, table: str, *columns: str) -> Context:
    """Return a unique constraint or an index over several columns."""
    return {"kind": kind, "name": "_".join([kind, table, *columns]), "columns": [*columns]}


def definition(plural: str, fields: Sequence[Context], access: str = "owned") -> Context:
    """Return the definition of a resource."""
    is_owned = access == "owned"
    name = {"categories": "category"}.get(plural, plural.removesuffix("s"))
    return {
        "name": name,
        "plural": plural,
        "class_name": name.title(),
        "title": name,
        "titles": plural,
        "access": access,
        "has_owner": is_owned,
        "list_indexes": [["owner_id", "created_at"] if is_owned else ["created_at"]],
        "api": "v1",
        "digest": "0123456789abcdef",
        "fields": [one | {"unique_per_owner": is_owned and one["unique"]} for one in fields],
        "bundled": False,
        "many": [],
        "nested": [],
        "parent": None,
        "groups": [],
        "unique_groups": [],
        "rules": [],
        "versioned": False,
        "audited": False,
        "automatic_fields": [],
        "csv": False,
        "soft_delete": False,
    }


def operation(op: str, old: Context | None = None, new: Context | None = None) -> Context:
    """Return one operation of a revision."""
    return {"op": op, "old": old, "new": new}
