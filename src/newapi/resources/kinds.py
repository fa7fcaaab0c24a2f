"""The types of fields: what can stand in their brackets, and within which limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from newapi.resources.definition import FILES, LISTS, Type

SMALL_INTS = (-(2**31), 2**31 - 1)
LARGE_INTS = (-(2**63), 2**63 - 1)  # where a bound says so
MAX_INDEXED = 255  # characters: every database can keep these unique
MAX_VALUES = 30
MAX_DIGITS = 28
MIN_FILE_BYTES, USUAL_FILE_BYTES, MAX_FILE_BYTES = 1000, 5_000_000, 50_000_000
IMAGE_TYPES = ("image/gif", "image/jpeg", "image/png", "image/webp")


@dataclass(frozen=True)
class Kind:
    """The options of a type, its default length and its maximum length."""

    options: tuple[str, ...]
    example: str
    shortest: int | None = None
    usual: int = 0
    longest: int = 0
    least: int = 1


_BOUNDS = ("gt", "ge", "lt", "le")
_LISTED = ("filter", "sort")  # what lists offer for a field
_WAYS = ("read_only", "write_only")  # whether requests and responses have a field
EVERYWHERE = ("column", "description")  # options of every type

KINDS: Mapping[Type, Kind] = {
    "str": Kind(
        ("min", "max", "unique", *_LISTED, "search", "default", *_WAYS),
        "str(1..100)",
        1,
        MAX_INDEXED,
        1000,
    ),
    "text": Kind(("min", "max", "search", "default", *_WAYS), "text(max=5000)", 0, 10_000, 100_000),
    "int": Kind((*_BOUNDS, "unique", *_LISTED, "default", *_WAYS), "int(ge=0)"),
    "bigint": Kind((*_BOUNDS, "unique", *_LISTED, "default", *_WAYS), "bigint(ge=0)"),
    "float": Kind((*_BOUNDS, *_LISTED, "default", *_WAYS), "float(ge=0)"),
    "decimal": Kind(
        (*_BOUNDS, "digits", "places", "unique", *_LISTED, "default", *_WAYS),
        "decimal(gt=0,places=2)",
    ),
    "bool": Kind(("filter", "default", *_WAYS), "bool(default=false)"),
    "date": Kind(("unique", *_LISTED, "default", *_WAYS), "date"),
    "time": Kind(("unique", *_LISTED, "default", *_WAYS), "time"),
    "datetime": Kind(("unique", *_LISTED, "default", *_WAYS), "datetime"),
    "duration": Kind(("unique", *_LISTED, "default", *_WAYS), "duration"),
    "uuid": Kind(("unique", "filter", "default", *_WAYS), "uuid"),
    "email": Kind(("max", "unique", *_LISTED, "default", *_WAYS), "email", None, 254, 254, 20),
    "url": Kind(("max", "unique", "default", *_WAYS), "url", None, 2083, 2083, 30),
    "json": Kind(("default", *_WAYS), "json"),
    "bytes": Kind(("max", *_WAYS), "bytes(max=1000)", None, 10_000, 65_535),
    "file": Kind(
        ("max", "types"), "file(max=5MB)?", None, USUAL_FILE_BYTES, MAX_FILE_BYTES, MIN_FILE_BYTES
    ),
    "image": Kind(
        ("max", "types"), "image(max=5MB)?", None, USUAL_FILE_BYTES, MAX_FILE_BYTES, MIN_FILE_BYTES
    ),
    "enum": Kind(("values", "labels", "filter", "default", *_WAYS), "enum(draft|live)"),
    "list": Kind(("min", "max", "default", *_WAYS), "list[str](max=5)", 0, 20, 1000),
    "ref": Kind(("target", "unique", "rows", "on_delete"), "ref(category)"),
    "many": Kind(("target", "rows"), "many(tag)"),
    "nested": Kind(("target", "max"), "nested(order_line)", None, 100, 1000),
}

# What people call these types elsewhere.
ALSO: Mapping[str, str] = {
    "string": "str",
    "varchar": "str",
    "char": "str",
    "textarea": "text",
    "integer": "int",
    "long": "bigint",
    "int64": "bigint",
    "biginteger": "bigint",
    "number": "float",
    "double": "float",
    "real": "float",
    "numeric": "decimal",
    "money": "decimal",
    "boolean": "bool",
    "timestamp": "datetime",
    "localtime": "time",
    "timeofday": "time",
    "interval": "duration",
    "timedelta": "duration",
    "guid": "uuid",
    "uri": "url",
    "link": "url",
    "mail": "email",
    "dict": "json",
    "object": "json",
    "jsonb": "json",
    "binary": "bytes",
    "blob": "bytes",
    "bytea": "bytes",
    "base64": "bytes",
    "upload": "file",
    "attachment": "file",
    "document": "file",
    "photo": "image",
    "picture": "image",
    "choice": "enum",
    "choices": "enum",
    "array": "list[str]",
    "tags": "list[str]",
    "manytomany": "many",
    "many_to_many": "many",
    "m2m": "many",
    "has_many": "many",
    "parts": "nested",
    "composition": "nested",
    "refs": "many",
    "references": "ref",
    "reference": "ref",
    "foreignkey": "ref",
    "fk": "ref",
    "belongs_to": "ref",
}

# Why a type does not take an option that others take.
REASONS: Mapping[tuple[Type, str], str] = {
    ("text", "unique"): "no database keeps long texts unique",
    ("bytes", "unique"): "no database keeps long values unique",
    ("bytes", "filter"): "no index holds long values",
    ("bytes", "sort"): "no index holds long values",
    ("bytes", "default"): "existing rows have no value; make it optional",
    **{(kind, "default"): "a client uploads it" for kind in FILES},
    ("json", "unique"): "documents that mean the same can be written differently",
    ("list", "unique"): "lists are compared entry by entry, not as a whole",
    ("enum", "unique"): "there would be room for a few rows only",
    ("bool", "unique"): "there would be room for two rows",
    ("float", "unique"): "floats that look the same can differ; use decimal",
    ("text", "filter"): "no index holds long texts; search finds their words",
    ("text", "sort"): "no index holds long texts",
    ("ref", "filter"): "lists filter by every reference anyway",
    ("enum", "sort"): "its values have no order",
    **{
        (kind, way): "references are checked, stored and shown together"
        for kind in ("ref", *LISTS)
        for way in _WAYS
    },
    ("ref", "default"): "a row cannot refer to one that may not exist",
}


def shown(kind: Type) -> str:
    """Return a type as it is written."""
    return "list[str]" if kind == "list" else kind
