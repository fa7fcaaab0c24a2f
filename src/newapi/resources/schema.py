"""The JSON Schema of the definition of a resource, as it is kept in `resources/NAME.yml`."""

from __future__ import annotations

import re

from newapi.questions.schema import DIALECT, Schema
from newapi.resources import field_rules, naming, store, values
from newapi.resources.definition import ACCESSES, APIS, ON_DELETE, ROWS, UNIQUE_FOR, Type
from newapi.resources.fields import FLAGS, MAX_CHARACTERS
from newapi.resources.kinds import EVERYWHERE, KINDS, Kind, shown
from newapi.resources.rules import MAX_FIELDS

_DESCRIPTION = (
    "A file resources/NAME.yml of a project: the resource NAME as `newapi generate` has made it."
    " newapi writes this file; changes are made in models.yml."
)
ACCESS = (
    "Who may do what. owned: users read and write their own rows. owner_writes: everybody reads,"
    " signed-in users create, the owner and administrators change and delete. signed_in: every"
    " signed-in user reads and writes. public: everybody reads, administrators write. admin:"
    " administrators read and write."
)
_SIZE = re.sub(r"\?P<\w+>", "", values.SIZE)  # JSON Schema knows no names of groups
TYPE = (
    "The type, with options, and ? when optional. `ref(user)` and `many(user)` refer to users of"
    " a project with accounts."
)
_GROUP = f"{naming.PATTERN}(?: and {naming.PATTERN})*"
VERSIONED = (
    "Whether rows count their changes: responses have an ETag, a change with If-Match is made only"
    " if the row has not changed, and of two changes at the same time one is refused."
)
SOFT_DELETE = (
    "Whether deleted rows stay in the table, with the time of their deletion. The API does not show"
    " them."
)
CSV = "Whether the list can be exported as CSV."
AUDITED = (
    "Whether rows name the users who created and last changed them, as created_by and updated_by."
)
RULE: Schema = {
    "type": "string",
    "pattern": f"^(?:{field_rules.JSON_PATTERN})$",
    "maxLength": MAX_CHARACTERS,
    "examples": ["ends_at > starts_at"],
}
NAME: Schema = {
    "type": "string",
    "pattern": f"^{naming.PATTERN}$",
    "maxLength": naming.MAX_LENGTH,
}


def of_definition() -> Schema:
    """Return the schema of a definition."""
    name = NAME
    about: dict[str, Schema] = {
        "plural": {
            **name,
            "description": "The name in the plural, which is that of the table and of the path.",
        },
        "access": {
            "enum": list(ACCESSES),
            "description": ACCESS,
        },
        "api": {"enum": list(APIS), "description": "The version of the API."},
        "fields": {
            "type": "object",
            "description": f"Each field by its name. {TYPE}",
            "propertyNames": name,
            "minProperties": 1,
            "maxProperties": MAX_FIELDS,
            "additionalProperties": of_type(),
        },
        **{
            key: {
                "type": "string",
                "pattern": f"^{_GROUP}(?:, {_GROUP})*$",
                "description": f"Fields that are {what} together.",
            }
            for key, what in (("unique", "unique"), ("indexes", "indexed"))
        },
        "rules": {
            "type": "string",
            "pattern": f"^(?:{field_rules.JSON_PATTERN})(?:, (?:{field_rules.JSON_PATTERN}))*$",
            "description": "Rules across fields.",
        },
        "versioned": {"const": True, "description": VERSIONED},
        "audited": {"const": True, "description": AUDITED},
        "csv": {"const": True, "description": CSV},
        "soft_delete": {"const": True, "description": SOFT_DELETE},
        "bundled": {
            "const": True,
            "description": "Whether the fields are added to a resource of the template.",
        },
        "digest": {
            "type": "string",
            "pattern": f"^[0-9a-f]{{{store.DIGEST_LENGTH}}}$",
            "description": "newapi computes it, and refuses a file that it does not fit.",
        },
    }
    return {
        "$schema": DIALECT,
        "title": "Definition of a resource",
        "description": _DESCRIPTION,
        "type": "object",
        "properties": about,
        "required": [*store.KEYS, store.DIGEST],
        "additionalProperties": False,
    }


def of_type() -> Schema:
    """Return the schema of the type of a field, with its options."""
    types = [_of_type(each) for each in KINDS]
    return {"type": "string", "maxLength": MAX_CHARACTERS, "anyOf": types}


def _of_type(name: Type) -> Schema:
    """Return the schema of a field of one type, as newapi writes it."""
    kind = KINDS[name]
    patterns = _options(name, kind)
    first = next((patterns.pop(each) for each in ("values", "target") if each in patterns), "")
    option = f"(?:{'|'.join(patterns.values())})"
    brackets = rf"\({first or option}(?:, ?{option})*\)"
    if not first:
        brackets = f"(?:{brackets})?"
    pattern = rf"^{re.escape(shown(name))}{brackets}\??$"
    return {"title": name, "pattern": pattern, "examples": [kind.example]}


def _options(name: Type, kind: Kind) -> dict[str, str]:
    """Return the patterns of what can stand between two commas in the brackets of a type."""
    number = values.WHOLE if name in {"int", "bigint"} else values.PLAIN
    word = naming.PATTERN
    known = {
        "values": rf"{values.VALUE}(?: ?\| ?{values.VALUE})+",
        "target": word,
        **{flag: flag for flag in FLAGS},
        "unique": f"unique(?:=(?:{'|'.join(UNIQUE_FOR)}))?",
        "types": rf"types={values.CONTENT_TYPE}(?:\|{values.CONTENT_TYPE})*",
        "rows": f"rows=(?:{'|'.join(ROWS)})",
        "on_delete": f"on_delete=(?:{'|'.join(ON_DELETE)})",
        "column": f"column={word}",
        "description": r'description="[^"\\]+"',
        "labels": r'labels="[^"\\]+"',
        "default": f"default={_default(name)}",
        **{bound: f"{bound}={number}" for bound in values.BOUNDS},
    }
    if "types" in kind.options:
        known["max"] = f"max={_SIZE}"
    patterns = {
        each: known.get(each, f"{each}={values.LENGTH}") for each in (*kind.options, *EVERYWHERE)
    }
    if "max" in patterns:
        patterns["number"] = values.LENGTH
    for low, high, limit in (("min", "max", values.LENGTH), ("ge", "le", number)):
        if {low, high} <= patterns.keys():
            patterns["range"] = rf"(?:{limit})?\.\.(?:{limit})?"
    return patterns


def _default(name: Type) -> str:
    """Return the pattern of a default."""
    match name:
        case "bool":
            return "(?:true|false)"
        case "int" | "bigint":
            return values.WHOLE
        case "float" | "decimal":
            return values.PLAIN
        case "list" | "json":
            return re.escape("[]" if name == "list" else "{}")
        case _:
            return r"""(?:"(?:[^"\\]|\\.)*"|[^," ][^,"]*)"""
