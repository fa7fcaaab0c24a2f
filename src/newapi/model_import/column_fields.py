"""Make a field of a column: its type, its limits, its default and its description."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from newapi.model_import import column_types
from newapi.model_import.column_types import ColumnType
from newapi.model_import.source_model import Column
from newapi.resources import fields, limits, values
from newapi.resources.definition import Field
from newapi.resources.kinds import KINDS, MAX_INDEXED, shown
from newapi.terminal.text import flaw_of_text, shorten

_TRUE, _FALSE = frozenset({"1", "true", "t", "y"}), frozenset({"0", "false", "f", "n"})


@dataclass(frozen=True)
class Made:
    """A field, or None if there is no such field, and notes on the rest of its column."""

    field: Field | None
    notes: tuple[str, ...]


def make(name: str, column: Column, *, is_indexed: bool) -> Made:
    """Return the field of a column."""
    if not column_types.has_type(column):
        return Made(None, (f"there is no type for {column.type_as_written}",))
    kind = column_types.of_column(column, is_indexed=is_indexed)
    notes = [kind.note] if kind.note else []
    made = _read(name, kind, column)
    if made is None:  # the values of an enumeration cannot be written
        flaw = _flaw(name, kind)
        longest = max((len(value) for value in column.values), default=MAX_INDEXED)
        kind = ColumnType("str", {"max": str(min(longest, 1000))})
        notes.append(flaw)
        made = _read(name, kind, column) or Field(name=name, type="str", max=MAX_INDEXED)
    made = _with_labels(made, column)
    if made.is_file:
        made = _as_upload(made, notes)
    if column.is_unique:
        made = _with_unique(made, notes)
    made = _with_default(made, column, notes)
    if text := description_of(column.description):
        made = _with_description(made, text, notes)
    return Made(made, tuple(notes))


def _read(name: str, kind: ColumnType, column: Column) -> Field | None:
    """Return a field with the limits of its column, as far as its type has them."""
    options = {**kind.options}
    if kind.type in {"str", "text"} and "min" in column.limits:
        options["min"] = column.limits["min"]
    known = KINDS[kind.type].options
    options |= {key: text for key, text in column.limits.items() if key in known and key != "max"}
    if "gt" in options:
        options.pop("ge", None)
    if "lt" in options:
        options.pop("le", None)
    words = [options.pop("values")] if "values" in options else []
    words += [f"{key}={text}" for key, text in options.items()]
    optional = "" if column.is_required else "?"
    brackets = f"({', '.join(words)})" if words else ""
    found, flaws = fields.read([f"{name}:{shown(kind.type)}{brackets}{optional}"])
    return None if flaws else found[0]


def _with_labels(made: Field, column: Column) -> Field:
    """Return an enum with the labels of its values, as far as labels can be written."""
    if made.type != "enum":
        return made
    labels: list[tuple[str, str]] = []
    for value, label in column.labels:
        plain = " ".join(re.sub(r"[\"\\`;]", " ", label).split())[: values.MAX_LABEL].rstrip()
        if value in made.values and plain and not flaw_of_text(plain):
            labels.append((value, plain))
    return replace(made, labels=tuple(labels))


def _as_upload(made: Field, notes: list[str]) -> Field:
    """Return a file that is optional, because a row is created before its files are uploaded."""
    if not made.optional:
        notes.append("a file is uploaded to a row that exists")
    return replace(made, optional=True)


def _flaw(name: str, kind: ColumnType) -> str:
    """Return why a type cannot be written."""
    words = [kind.options["values"]] if "values" in kind.options else []
    _, flaws = fields.read([f"{name}:{shown(kind.type)}({', '.join(words)})"])
    message = flaws[0].message if flaws else "its limits cannot be written"
    return message.rpartition("): ")[2].rstrip(".")


def _with_unique(made: Field, notes: list[str]) -> Field:
    if "unique" not in KINDS[made.type].options:
        notes.append(f"{shown(made.type)} has no unique values")
        return made
    unique = replace(made, unique=True)
    if [*limits.check(unique, "postgres")] and not [*limits.check(made, "postgres")]:
        notes.append("it has room for too few values to be unique")
        return made
    return unique


def _with_default(made: Field, column: Column, notes: list[str]) -> Field:
    """Return a field with the default of its column, where a field can have it."""
    default = column.default
    if default is None or default.text.lower().startswith("nextval("):
        return made
    if reason := _without_default(made, column):
        notes.append(reason)
        return made
    text = _as_default(made, default.text)
    if text == "" and made.type == "str":
        made = replace(made, min=0)
    try:
        with_default = values.with_option(made, "default", text or '""')
    except ValueError:
        notes.append(f"the default {shorten(default.text)} is none of {shown(made.type)}")
        return made
    if problems := [*limits.check(with_default, "postgres")]:
        message = problems[0].message.removeprefix(f"{made.name}: ").rstrip(".")
        notes.append(message)
        return made
    return with_default


def _without_default(made: Field, column: Column) -> str:
    """Return why a field cannot have the default of its column; nothing if it can."""
    default = column.default
    written = (shorten(default.text) if default else "") or "''"
    if default and not default.is_literal:
        return f"the default {written} is not a value"
    if made.optional or made.unique:
        what = "optional" if made.optional else "unique"
        return f"what is {what} has no default, here {written}"
    if "default" not in KINDS[made.type].options:
        return f"{shown(made.type)} has no default, here {written}"
    return ""


def _as_default(made: Field, text: str) -> str:
    """Return a default as it is typed."""
    if made.type == "bool":
        lower = text.strip("b'").lower()
        return "true" if lower in _TRUE else "false" if lower in _FALSE else text
    if made.type in {"datetime", "date"}:
        return re.sub(r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$", r"\1T\2Z", text)
    return text


def _with_description(made: Field, text: str, notes: list[str]) -> Field:
    try:
        return values.with_option(made, "description", text)
    except ValueError as flaw:
        notes.append(f"its description {flaw}")
        return made


def description_of(text: str) -> str:
    """Return a comment as a description: one line, no longer than descriptions are."""
    plain = " ".join(text.replace('"', "'").replace("\\", "/").split())
    if len(plain) <= values.MAX_DESCRIPTION:
        return plain
    return f"{plain[: values.MAX_DESCRIPTION - 1].rstrip()}…"
