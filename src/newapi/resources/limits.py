"""Find limits that contradict each other or exceed a database, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from newapi.errors import Problem
from newapi.resources import links, reserved
from newapi.resources.definition import Definition, Field
from newapi.resources.fields import render
from newapi.resources.kinds import KINDS, LARGE_INTS, MAX_INDEXED, SMALL_INTS, shown
from newapi.resources.users import USERS
from newapi.resources.values import quoted, size
from newapi.terminal.text import shorten

# SQLite keeps decimals as floats, which are exact up to here.
SQLITE_DIGITS = 15
# PostgreSQL's limit for the names of tables, indexes and constraints; MySQL's is one more.
# SQLAlchemy shortens those that the naming convention makes, not those that models spell.
IDENTIFIER = 63
# A text of MySQL has 65,535 bytes, and a character up to four.
MYSQL_TEXT = 16_383
# Rows that a unique number has room for at least.
LEAST_ROOM = 20
# How long a default can be in a line of code.
LONGEST_DEFAULT = 60


def check(field: Field, database: str) -> Iterator[Problem]:
    """Say what contradicts itself in one field."""
    yield from _check_size(field) if field.is_file else _check_lengths(field, database)
    yield from _check_bytes(field, database)
    yield from _check_file(field)
    yield from _check_ways(field)
    yield from _check_decimal(field, database)
    yield from _check_numbers(field)
    yield from _check_default(field)
    yield from _check_values(field)
    yield from _check_column(field)
    yield from _check_deletion(field)


def plurals(definitions: Mapping[str, Definition]) -> dict[str, str]:
    """Return the tables that fields can refer to, by the names of their resources."""
    tables = {USERS.name: USERS.plural}
    return tables | {name: definition.plural for name, definition in definitions.items()}


def check_identifiers(
    definition: Definition, plurals: Mapping[str, str], groups: Sequence[str]
) -> Iterator[Problem]:
    """Say which names in the database would be too long; `groups` are those over several fields."""
    if too_long := long_identifiers(definition, plurals, groups):
        longest = max(too_long, key=len)
        message = f"{longest}, a name in the database, would have {len(longest)} characters"
        fix = f"Shorter names of fields, or --plural SHORTER than {definition.plural}"
        yield Problem(f"{message}; {IDENTIFIER} are allowed.", fix)


def long_identifiers(
    definition: Definition, plurals: Mapping[str, str], groups: Sequence[str]
) -> list[str]:
    """Return the names in the database that would be too long."""
    names = [*_identifiers(definition, plurals), *groups]
    return [name for name in names if len(name) > IDENTIFIER]


def _identifiers(definition: Definition, plurals: Mapping[str, str]) -> Iterator[str]:
    table = definition.plural
    yield f"pk_{table}"
    for field in definition.fields:
        if field.unique and definition.soft_delete:
            owner = "owner_id_" if definition.is_unique_per_owner(field) else ""
            yield f"uq_{table}_{owner}{field.stored}"
        if field.type == "many":
            target = plurals.get(field.target or "", "")
            yield f"pk_{links.of_field(field, definition, target).table}"


def _check_size(field: Field) -> Iterator[Problem]:
    kind = KINDS[field.type]
    if field.max is not None and not kind.least <= field.max <= kind.longest:
        fix = render(replace(field, max=min(max(field.max, kind.least), kind.longest)))
        message = (
            f"a {field.type} may have {size(kind.least)} at least, {size(kind.longest)} at most"
        )
        yield _problem(field, message, fix)


def _check_lengths(field: Field, database: str) -> Iterator[Problem]:
    kind = KINDS[field.type]
    if field.max is None or not kind.longest:
        return
    longest = kind.longest
    if field.type == "text" and database == "mysql":
        longest = MYSQL_TEXT
    unit = {"list": "entries", "bytes": "bytes", "nested": "rows"}.get(field.type, "characters")
    if field.min is not None and field.min > field.max:
        fix = render(replace(field, min=field.max, max=field.min))
        yield _problem(field, f"at least {field.min} and at most {field.max} contradict", fix)
    elif field.max < kind.least:
        message = f"{shown(field.type)} needs room for {kind.least} {unit} at least"
        yield _problem(field, message, f"{field.name}:{kind.example}")
    elif field.max > longest:
        fix = render(replace(field, max=longest, min=field.min and min(field.min, longest)))
        if field.type == "str" and not field.unique:
            fix = f"{field.name}:text(max={min(field.max, KINDS['text'].longest)})"
        yield _problem(field, f"{shown(field.type)} has at most {longest} {unit}", fix)
    if (field.unique or field.filter or field.sort) and field.max > MAX_INDEXED:
        fix = render(replace(field, max=MAX_INDEXED, min=field.min and min(field.min, MAX_INDEXED)))
        why = f"not every database can keep more than {MAX_INDEXED} characters in an index"
        yield _problem(field, why, fix)


def _check_ways(field: Field) -> Iterator[Problem]:
    """Find fields that no request or no response has, and options that need one."""
    if field.read_only and field.write_only:
        fix = render(replace(field, write_only=False))
        yield _problem(field, "read_only and write_only contradict", fix)
    elif field.read_only and not field.optional and field.default is None:
        fix = render(replace(field, optional=True))
        yield _problem(field, "no request sets it; it needs a default or a ?", fix)
    elif field.write_only and (field.filter or field.sort or field.search):
        fix = render(replace(field, filter=False, sort=False, search=False))
        yield _problem(field, "lists would show what no response may have", fix)
    if field.unique and (field.read_only or field.write_only):
        way = "read_only" if field.read_only else "write_only"
        fix = render(replace(field, unique=False))
        yield _problem(
            field,
            f"{way} has no unique values: clients could not avoid or would learn"
            " a value that is taken",
            fix,
        )


def _check_bytes(field: Field, database: str) -> Iterator[Problem]:
    if field.type == "bytes" and field.max and database == "mysql":
        message = "the driver of MySQL, aiomysql, cannot store bytes; keep Base64 text"
        yield _problem(field, message, f"{field.name}:text(max={-(-field.max // 3) * 4})")


def _check_file(field: Field) -> Iterator[Problem]:
    if field.is_file and not field.optional:
        message = "the JSON body that creates a row has no file, so it must be optional"
        usual = field.max if field.max != KINDS[field.type].usual else None
        yield _problem(field, message, render(replace(field, max=usual, optional=True)))


def _check_decimal(field: Field, database: str) -> Iterator[Problem]:
    if field.digits is None or field.places is None:
        return
    if field.places > field.digits:
        fix = render(replace(field, digits=field.places, places=field.digits))
        yield _problem(field, f"{field.places} places do not fit into {field.digits} digits", fix)
    if database == "sqlite" and field.digits > SQLITE_DIGITS:
        fix = render(replace(field, digits=SQLITE_DIGITS, places=min(field.places, SQLITE_DIGITS)))
        yield _problem(field, f"SQLite keeps {SQLITE_DIGITS} digits exactly, no more", fix)
    for name, bound in _bounds(field):
        if flaw := _misfit(field, bound):
            fix = f"{field.name}:{KINDS[field.type].example}"
            yield _problem(field, f"{name}={bound:f} {flaw}", fix)


def _bounds(field: Field) -> Iterator[tuple[str, Decimal]]:
    named = {"gt": field.gt, "ge": field.ge, "lt": field.lt, "le": field.le}
    yield from ((name, Decimal(text)) for name, text in named.items() if text is not None)


def _misfit(field: Field, number: Decimal) -> str:
    """Say what keeps a number from being a value of a decimal."""
    digits, places = field.digits or 0, field.places or 0
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        return f"has more than {places} places"
    if abs(number) >= Decimal(10) ** (digits - places):
        return f"has more than {max(digits - places, 0)} digits before the point"
    return ""


def _step(field: Field) -> Decimal:
    """Return how far two numbers are apart at least; nothing for floats."""
    return {
        "int": Decimal(1),
        "bigint": Decimal(1),
        "decimal": Decimal(10) ** -(field.places or 0),
    }.get(field.type, Decimal(0))


def _check_numbers(field: Field) -> Iterator[Problem]:
    fix = f"{field.name}:{KINDS[field.type].example}"
    if field.gt is not None and field.ge is not None:
        yield _problem(field, "gt and ge are two lower bounds; keep one", fix)
    if field.lt is not None and field.le is not None:
        yield _problem(field, "lt and le are two upper bounds; keep one", fix)
    low, high = _low(field), _high(field)
    is_open = field.type == "float" and (field.gt or field.lt) is not None
    if low > high or (low == high and is_open):
        yield _problem(field, "no number is within these bounds", fix)
    elif field.unique and _step(field) and (room := _room(field)) < LEAST_ROOM:
        message = f"there would be room for {room} rows only; drop unique"
        yield _problem(field, message, render(replace(field, unique=False)))
    if field.type == "float":
        for name, bound in _bounds(field):
            if Decimal(repr(float(bound))) != bound:
                message = f"{name}={bound:f} has more digits than a float keeps"
                yield _problem(field, message, fix)


def lowest(field: Field) -> Decimal:
    """Return the least number that a field can have."""
    if field.type == "decimal":
        most = Decimal(10) ** ((field.digits or 0) - (field.places or 0)) - _step(field)
        return max(_low(field), -most)
    return _low(field)


def highest(field: Field) -> Decimal:
    """Return the greatest number that a field can have."""
    if field.type == "decimal":
        most = Decimal(10) ** ((field.digits or 0) - (field.places or 0)) - _step(field)
        return min(_high(field), most)
    return _high(field)


def _low(field: Field) -> Decimal:
    if field.gt is not None:
        return Decimal(field.gt) + _step(field)
    return _implied(field)[0] if field.ge is None else Decimal(field.ge)


def _high(field: Field) -> Decimal:
    if field.lt is not None:
        return Decimal(field.lt) - _step(field)
    return _implied(field)[1] if field.le is None else Decimal(field.le)


def _room(field: Field) -> int:
    """Return how many values a whole number, or a decimal, can have."""
    step = _step(field)
    most = Decimal(10) ** ((field.digits or 0) - (field.places or 0)) - step
    ends = (-most, most) if field.type == "decimal" else _implied(field)
    return int((min(_high(field), ends[1]) - max(_low(field), ends[0])) / step) + 1


def _implied(field: Field) -> tuple[Decimal, Decimal]:
    """Return the bounds that a column has anyway."""
    if field.type not in {"int", "bigint"}:
        return Decimal("-Infinity"), Decimal("Infinity")
    low, high = LARGE_INTS if is_large(field) else SMALL_INTS
    return Decimal(low), Decimal(high)


def is_large(field: Field) -> bool:
    """Tell whether an integer may need more than 32 bits: its type or one of its bounds does."""
    return field.type == "bigint" or any(
        not SMALL_INTS[0] <= bound <= SMALL_INTS[1] for _, bound in _bounds(field)
    )


def _check_default(field: Field) -> Iterator[Problem]:
    default = field.default
    if default is None:
        return
    fix = render(replace(field, default=None))
    if field.optional:
        yield _problem(field, "what may be left out is empty in old rows and needs no default", fix)
    if field.unique:
        yield _problem(field, "one default in all old rows would not be unique", fix)
    if field.type in {"str", "text", "email", "url"} and reserved.is_secret(field.name):
        yield _problem(field, "a default of this name looks like a password in the code", fix)
    if flaw := _flaw_of_default(field):
        yield _problem(field, f"default={shorten(str(default))} {flaw}", fix)


def _check_values(field: Field) -> Iterator[Problem]:
    """Find values that linters refuse as names in capitals."""
    pairs = sorted(zip(field.members, field.values, strict=True))
    for value in (value for name, value in pairs if name in {"I", "O"}):
        others = tuple(f"{other}_value" if other == value else other for other in field.values)
        fix = render(_with_values(field, others))
        yield _problem(field, f"{value} cannot be a value: {reserved.AMBIGUOUS}", fix)
    if reserved.is_secret("_".join(field.members).lower()):  # linters take them for passwords
        for name, value in pairs:
            if value != name.lower():
                fix = render(_with_values(field, tuple(n.lower() for n in field.members)))
                yield _problem(field, f"{value} must be written {name.lower()}", fix)


def _with_values(field: Field, values: tuple[str, ...]) -> Field:
    """Return an enum with other values, which keep their labels."""
    renamed = dict(zip(field.values, values, strict=True))
    default = renamed.get(str(field.default))
    labels = tuple((renamed[value], label) for value, label in field.labels)
    return replace(field, values=values, default=default, labels=labels)


def _check_column(field: Field) -> Iterator[Problem]:
    if field.unique and field.column_name:
        fix = render(replace(field, column_name=None))
        yield _problem(field, "what is unique is stored under its own name, as errors name it", fix)


def _check_deletion(field: Field) -> Iterator[Problem]:
    if field.deletion == "set_null" and not field.optional:
        fix = render(replace(field, optional=True, on_delete=None))
        yield _problem(field, "on_delete=set_null needs a field that may be empty", fix)


def _flaw_of_default(field: Field) -> str:
    default = field.default
    if field.type == "list" and field.min:
        return f"has less than {field.min} entries"
    if field.type in {"int", "bigint", "float", "decimal"}:
        number = Decimal(str(default))
        if field.type == "decimal" and (flaw := _misfit(field, number)):
            return flaw
        is_within = _low(field) <= number <= _high(field)
        bounds = dict(_bounds(field))
        if not is_within or number in {bounds.get("gt"), bounds.get("lt")}:
            return "is outside of the bounds"
    if isinstance(default, str) and field.max is not None:
        return _flaw_of_text(default, field.min or 0, field.max)
    return ""


def _flaw_of_text(default: str, least: int, most: int) -> str:
    if len(default) > most:
        return f"has more than {most} characters"
    if len(default) < least:
        return f"has less than {least} characters"
    if len(quoted(default)) > LONGEST_DEFAULT:
        return f"has more than {LONGEST_DEFAULT} characters, too many for a line of code"
    return ""


def _problem(field: Field, message: str, fix: str) -> Problem:
    return Problem(f"{field.name}: {message}.", fix)
