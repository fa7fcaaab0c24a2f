"""What can be written in the brackets of a field, option by option."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from newapi.resources import naming
from newapi.resources.definition import ON_DELETE, ROWS, UNIQUE_FOR, Field, Json
from newapi.resources.kinds import IMAGE_TYPES, LARGE_INTS, MAX_DIGITS, MAX_VALUES
from newapi.terminal import text as texts

if TYPE_CHECKING:
    from pydantic import TypeAdapter

BOUNDS = ("gt", "ge", "lt", "le")

# Regular expressions that JSON Schema uses too, so they hold to what ECMAScript understands.
PLAIN = r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?"
WHOLE = r"[+-]?[0-9]{1,30}"
LENGTH = r"[0-9]{1,9}"
SIZE = r"(?P<number>[0-9]{1,9})(?P<unit>KB|MB)?"
BYTES = {"": 1, "KB": 1000, "MB": 1_000_000}
CONTENT_TYPE = r"[a-z0-9][a-z0-9.+_-]{0,62}/[a-z0-9][a-z0-9.+_-]{0,126}"
VALUE = r"[A-Za-z0-9](?:[A-Za-z0-9 ._+/&:#-]*[A-Za-z0-9+#])?"
MAX_DESCRIPTION = 200
MAX_LABEL = 50
EXAMPLE = 'labels="draft: Not yet published; live: Published"'
MAX_DURATION = timedelta(days=36_500)
_VALUE = re.compile(VALUE)
_URL = re.compile(r"https?://[!-~]+")


def with_option(field: Field, option: str, text: str) -> Field:
    """Return the field with one more option.

    Raises:
        ValueError: The text is not what the option takes; the message says what is.
    """
    if option in {"min", "max", "digits", "places"}:
        return _with_length(field, option, text)
    if option == "unique":
        return _with_unique(field, text)
    if option in {"filter", "sort", "search", "read_only", "write_only"}:
        return _with_flag(field, option, text)
    if option in BOUNDS:
        return _with_bound(field, option, _number(field, text))
    if option in {"column", "description", "on_delete", "rows"}:
        return _with_words(field, option, text)
    return _with_meaning(field, option, text)


def _with_flag(field: Field, option: str, text: str) -> Field:
    if text:
        raise ValueError("takes no value")
    match option:
        case "filter":
            return replace(field, filter=True)
        case "sort":
            return replace(field, sort=True)
        case "read_only":
            return replace(field, read_only=True)
        case "write_only":
            return replace(field, write_only=True)
        case _:
            return replace(field, search=True)


def _with_meaning(field: Field, option: str, text: str) -> Field:
    if option == "default":
        return replace(field, default=_default(field, text))
    if option == "target":
        return replace(field, target=_target(text))
    if option == "types":
        return replace(field, types=_types(field, text))
    if option == "labels":
        return replace(field, labels=_labels(field, text))
    return replace(field, values=_values(text))


def _labels(field: Field, text: str) -> tuple[tuple[str, str], ...]:
    """Return the labels of values, which are written `VALUE: LABEL; VALUE: LABEL`."""
    labels: dict[str, str] = {}
    for part in _words(replace(field, type="str"), text).split(";"):
        value, separator, label = (word.strip() for word in part.partition(":"))
        if not separator or value not in field.values or value in labels:
            known = ", ".join(field.values)
            raise ValueError(f"must name each value once, of {texts.shorten(known)}: {EXAMPLE}")
        if not 1 <= len(label) <= MAX_LABEL or set('"\\`') & set(label):
            raise ValueError(f"must have 1 to {MAX_LABEL} characters each, no quotation mark or \\")
        labels[value] = label
    return tuple(labels.items())


def _types(field: Field, text: str) -> tuple[str, ...]:
    """Return content types, which are written `application/pdf|text/csv`."""
    types = tuple(dict.fromkeys(word.strip().lower() for word in text.split("|")))
    if wrong := next((each for each in types if not re.fullmatch(CONTENT_TYPE, each)), None):
        raise ValueError(f"holds '{texts.shorten(wrong)}', no type such as application/pdf")
    if field.type == "image" and (other := next((t for t in types if t not in IMAGE_TYPES), None)):
        raise ValueError(f"holds {texts.shorten(other)}; images are {', '.join(IMAGE_TYPES)}")
    if len(types) > MAX_VALUES:
        raise ValueError(f"has {len(types)} types; {MAX_VALUES} are allowed")
    return types


def _size(text: str) -> int:
    """Return the number of bytes that a size such as `5MB` stands for."""
    match = re.fullmatch(SIZE, text)
    if not match:
        raise ValueError("must be a size, like 500KB or 5MB")
    return int(match["number"]) * BYTES[match["unit"] or ""]


def size(number: int) -> str:
    """Return a number of bytes as it is written, such as `5MB`."""
    unit = next(unit for unit in ("MB", "KB", "") if number % BYTES[unit] == 0)
    return f"{number // BYTES[unit]}{unit}"


def _with_unique(field: Field, text: str) -> Field:
    found = next((each for each in UNIQUE_FOR if each == text), None)
    if text and found is None:
        raise ValueError(f"stands alone or is one of {', '.join(UNIQUE_FOR)}: unique=all")
    return replace(field, unique=True, unique_for=found)


def _with_words(field: Field, option: str, text: str) -> Field:
    if option == "on_delete":
        found = next((each for each in ON_DELETE if each == text), None)
        if found is None:
            raise ValueError(f"must be one of {', '.join(ON_DELETE)}")
        return replace(field, on_delete=None if found == field.deletion else found)
    if option == "rows":
        rows = next((each for each in ROWS if each == text), None)
        if rows is None:
            raise ValueError(f"must be one of {', '.join(ROWS)}")
        return replace(field, rows=rows)
    if option == "column":
        try:
            name = naming.normalise(text)
        except ValueError as flaw:
            raise ValueError(f"{flaw}, the name of a column") from None
        return replace(field, column_name=None if name == field.column else name)
    words = _words(replace(field, type="str"), text)
    if not words or len(words) > MAX_DESCRIPTION or set('"\\') & set(words):
        raise ValueError(f"must have 1 to {MAX_DESCRIPTION} characters, no quotation mark or \\")
    return replace(field, description=words)


def _target(text: str) -> str:
    """Return the name of the resource that a reference leads to."""
    try:
        return naming.normalise(text)
    except ValueError as flaw:
        raise ValueError(f"{flaw}, the name of a resource") from None


def _with_length(field: Field, option: str, text: str) -> Field:
    if field.is_file:
        return replace(field, max=_size(text))
    if not re.fullmatch(LENGTH, text):
        raise ValueError("must be a whole number, like 10")
    value = int(text)
    if option == "digits" and not 1 <= value <= MAX_DIGITS:
        raise ValueError(f"must be from 1 to {MAX_DIGITS}")
    if option == "min":
        return replace(field, min=value)
    if option == "max":
        return replace(field, max=value)
    return replace(field, digits=value) if option == "digits" else replace(field, places=value)


def _with_bound(field: Field, option: str, value: str) -> Field:
    match option:
        case "gt":
            return replace(field, gt=value)
        case "ge":
            return replace(field, ge=value)
        case "lt":
            return replace(field, lt=value)
        case _:
            return replace(field, le=value)


def _number(field: Field, text: str) -> str:
    """Return a number in its plainest form.

    Raises:
        ValueError: It is none, or too large.
    """
    if field.type in {"int", "bigint"}:
        if not re.fullmatch(WHOLE, text):
            raise ValueError("must be a whole number, like 10")
        if not LARGE_INTS[0] <= int(text) <= LARGE_INTS[1]:
            raise ValueError(f"must be from {LARGE_INTS[0]} to {LARGE_INTS[1]}")
    elif not re.fullmatch(PLAIN, text):
        raise ValueError("must be a number, like 0.5")
    if sum(character.isdigit() for character in text) > MAX_DIGITS:
        raise ValueError(f"has more than {MAX_DIGITS} digits")
    plain = f"{Decimal(text):f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in {"-0", ""} else plain


def _values(text: str) -> tuple[str, ...]:
    values = tuple(value.strip() for value in text.split("|"))
    for value in values:
        if not _VALUE.fullmatch(value) or len(value) > naming.MAX_LENGTH:
            flaw = "must have letters a to z, digits, spaces and . _ + - / & : # within them"
            raise ValueError(f"holds '{texts.shorten(value)}', which {flaw}")
    names = [naming.member_of(value) for value in values]
    for value, name in zip(values, names, strict=True):
        if alike := [each for each, other in zip(values, names, strict=True)
                     if other == name and each != value]:  # fmt: skip
            raise ValueError(f"holds {value} and {alike[0]}, which would both be called {name}")
    if twice := sorted({value for value in values if values.count(value) > 1}):
        raise ValueError(f"holds {twice[0]} twice")
    if len(values) == 1:
        raise ValueError("needs two values at least, like draft|live")
    if len(values) > MAX_VALUES:
        raise ValueError(f"has {len(values)} values; {MAX_VALUES} are allowed")
    return values


def _default(field: Field, text: str) -> Json:
    match field.type:
        case "int" | "bigint":
            return int(_number(field, text))
        case "float" | "decimal":
            return _number(field, text)
        case "bool" | "enum":
            known = ("true", "false") if field.type == "bool" else field.values
            text = _unquoted(text)
            if text not in known:
                raise ValueError(f"must be one of {', '.join(known)}")
            return text == "true" if field.type == "bool" else text
        case "list" | "json":
            empty: Json = [] if field.type == "list" else {}
            if text.replace(" ", "") != json.dumps(empty):
                raise ValueError(f"can only be {json.dumps(empty)}")
            return empty
        case "date" | "time" | "datetime" | "duration" | "uuid":
            return _moment_or_id(field, text)
        case _:
            return _words(field, text)


def _moment_or_id(field: Field, text: str) -> str:
    try:
        if field.type == "uuid":
            return str(UUID(text))
        if field.type == "date":
            return date.fromisoformat(text).isoformat()
        if field.type in {"time", "duration"}:
            return _time_or_duration(field, text)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        pass
    examples = {"date": "2026-01-31", "time": "09:30", "datetime": "2026-01-31T12:00:00Z"}
    examples |= {"duration": "PT30M, at most 100 years", "uuid": str(UUID(int=1))}
    raise ValueError(f"must be written like {examples[field.type]}")


def _time_or_duration(field: Field, text: str) -> str:
    """Return a time of day, or a duration, as responses show it."""
    if field.type == "duration":
        if timedelta() <= (found := duration(text)) <= MAX_DURATION:
            return _durations().dump_json(found).decode().strip('"')
    elif (moment := time.fromisoformat(text)).tzinfo is None:
        return moment.isoformat()
    raise ValueError


def duration(text: str) -> timedelta:
    """Return a duration of ISO 8601, such as `P1DT12H`.

    Raises:
        ValueError: The text is no such duration.
    """
    if not text.startswith("P"):
        raise ValueError
    return _durations().validate_python(text)


def _durations() -> TypeAdapter[timedelta]:
    from pydantic import TypeAdapter

    return TypeAdapter(timedelta)


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        raise ValueError('must end with the quotation mark: "like this"') from None


def _words(field: Field, text: str) -> str:
    text = _unquoted(text)
    flaw = texts.flaw_of_text(text)
    if not flaw and field.type == "email":
        flaw = texts.flaw_of_email(text)
    if not flaw and field.type == "url" and not _URL.fullmatch(text):
        flaw = "must be an address, like https://example.org"
    if flaw:
        raise ValueError(flaw)
    return text


def quoted(default: Json) -> str:
    """Write a default so that it is read back as it is."""
    if isinstance(default, str) and all(c.isalnum() or c in "-+_.@/:" for c in default):
        return default or '""'
    return json.dumps(default, ensure_ascii=False, separators=(",", ":"))
