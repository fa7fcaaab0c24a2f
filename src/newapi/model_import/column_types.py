"""Which type of `models.yml` a column gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from newapi.model_import.source_model import Column, Table
from newapi.resources.definition import Type
from newapi.resources.kinds import KINDS, MAX_DIGITS, MAX_INDEXED

MAX_TEXT = KINDS["text"].longest
MAX_BYTES = KINDS["bytes"].longest
_SHORT_BYTES: Mapping[str, str] = {"tinyblob": "255", "binary": "1"}
_LONGEST_STRING = KINDS["str"].longest


@dataclass(frozen=True)
class ColumnType:
    """A type with its options. `note` names a property of the column that the type lacks."""

    type: Type
    options: Mapping[str, str]
    note: str = ""


def has_type(column: Column) -> bool:
    """Tell whether there is a type for a column."""
    if column.type == "bit":
        return column.arguments in {(), ("1",)}
    return column.type not in _WITHOUT_EQUAL


def of_table(table: Table) -> frozenset[Type]:
    """Return the types that the columns of a table get."""
    typed = filter(has_type, table.columns)
    return frozenset(of_column(column, is_indexed=False).type for column in typed)


def of_column(column: Column, *, is_indexed: bool) -> ColumnType:
    """Return the type for a column; a text in an index or a unique constraint has a length."""
    if column.is_array:
        return _of_array(column)
    if column.values and column.type != "set":
        return ColumnType("enum", {"values": "|".join(column.values)})
    if (text := _TEXTS.get(column.type)) is not None:
        return _of_text(column, text, is_indexed=is_indexed)
    if column.type in _OTHERS:
        return _OTHERS[column.type](column)
    note = f"the type {column.type_as_written} is not known"
    return ColumnType("str", {"max": str(MAX_INDEXED)}, note)


def _of_array(column: Column) -> ColumnType:
    is_text = column.type in _TEXTS or column.values
    note = "" if is_text else f"lists hold text only, not {column.type}"
    return ColumnType("list", {}, note)


def _of_text(column: Column, longest: int, *, is_indexed: bool) -> ColumnType:
    """Return `str` for short texts and `text` for long ones.

    `longest` is the length of the column when its type says none; 0 when it has no limit.
    """
    (given, *_) = (*column.arguments, "")
    length = int(given) if given.isdigit() else longest
    length = int(column.limits.get("max", length))
    if is_indexed and not 0 < length <= MAX_INDEXED:
        note = f"what is unique or indexed has at most {MAX_INDEXED} characters"
        return ColumnType("str", {"max": str(MAX_INDEXED)}, note)
    if 0 < length <= _LONGEST_STRING:
        return ColumnType("str", {"max": str(length)})
    if length > MAX_TEXT and "max" not in column.limits:
        length = 0  # the maximum of the type, such as that of longtext, is no rule of the model
    if length == 0:
        return ColumnType("text", {}, "every text has a limit")
    note = f"a text has at most {MAX_TEXT} characters" if length > MAX_TEXT else ""
    return ColumnType("text", {"max": str(min(length, MAX_TEXT))}, note)


def _whole(column: Column) -> ColumnType:
    if column.type == "tinyint" and column.arguments == ("1",) and not column.is_unsigned:
        return ColumnType("bool", {})  # MySQL writes bool like this
    return ColumnType("int", {"ge": "0"} if column.is_unsigned else {})


def _large(column: Column) -> ColumnType:
    return ColumnType("bigint", {"ge": "0"} if column.is_unsigned else {})


def _bytes(column: Column) -> ColumnType:
    """Return `bytes`, with the length of the column if the type allows that length."""
    (given, *_) = (*column.arguments, "")
    length = column.limits.get("max", given or _SHORT_BYTES.get(column.type, ""))
    if length.isdigit() and 0 < int(length) <= MAX_BYTES:
        return ColumnType("bytes", {"max": length})
    return ColumnType("bytes", {"max": str(MAX_BYTES)}, f"it has at most {MAX_BYTES} bytes")


def _uploaded(kind: Type) -> Callable[[Column], ColumnType]:
    """Return a file or an image with the size of the column."""

    def of_size(column: Column) -> ColumnType:
        given = column.limits.get("max", "")
        least, most = KINDS[kind].least, KINDS[kind].longest
        options = {"max": str(min(max(int(given), least), most))} if given.isdigit() else {}
        return ColumnType(kind, options)

    return of_size


def _decimal(column: Column) -> ColumnType:
    digits, places, *_ = (*column.arguments, "", "")
    if not digits.isdigit():
        note = "" if column.type == "bigdecimal" else "the number of digits is not said"
        return ColumnType("decimal", {}, note)
    most = min(int(digits), MAX_DIGITS)
    given = int(places) if places.isdigit() else 0
    note = f"a decimal has at most {MAX_DIGITS} digits" if int(digits) > most else ""
    if given > most:
        note = "a decimal has at most as many places as digits"
    return ColumnType("decimal", {"digits": str(most), "places": str(min(given, most))}, note)


def _money(column: Column) -> ColumnType:
    digits = "10" if column.type == "smallmoney" else "19"
    return ColumnType("decimal", {"digits": digits, "places": "4"})


def _plain(kind: Type, note: str = "") -> Callable[[Column], ColumnType]:
    return lambda column: ColumnType(kind, {}, note.format(column.type_as_written))


def _short(length: int, note: str) -> Callable[[Column], ColumnType]:
    options = {"max": str(length)}
    return lambda column: ColumnType("str", options, note.format(column.type_as_written))


def _year(_: Column) -> ColumnType:
    return ColumnType("int", {"ge": "1901", "le": "2155"}, "a year is a number")


# What JHipster uploads, and the types that have it.
UPLOADED: Mapping[str, Type] = {"uploaded_file": "file", "uploaded_image": "image"}

# The default length of each type of text; 0 means no limit.
_TEXTS: Mapping[str, int] = {
    **dict.fromkeys(("char", "nchar", "bpchar", "character"), 1),
    **dict.fromkeys(("varchar", "nvarchar", "varchar2", "nvarchar2", "character varying"), 0),
    **dict.fromkeys(("text", "ntext", "citext", "clob", "nclob", "textblob", "mediumtext"), 0),
    **dict.fromkeys(("longtext", "name", "xml"), 0),
    "string": MAX_INDEXED,
    "tinytext": MAX_INDEXED,
}

_WITHOUT_EQUAL = frozenset(
    {
        "tsvector", "tsquery", "geometry", "geography", "point",
        "line", "lseg", "box", "path", "polygon", "circle", "linestring", "multipoint",
        "multilinestring", "multipolygon", "geometrycollection", "rowversion", "hierarchyid",
        "vector", "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange",
        "sql_variant", "varbit", "bit varying",
    }
)  # fmt: skip

_OTHERS: Mapping[str, Callable[[Column], ColumnType]] = {
    **dict.fromkeys(
        (
            "int", "integer", "int2", "int4", "smallint", "mediumint", "tinyint", "serial",
            "smallserial", "serial4", "serial2",
        ),
        _whole,
    ),
    **dict.fromkeys(("bigint", "int8", "long", "bigserial", "serial8"), _large),
    **dict.fromkeys(("decimal", "numeric", "number", "bigdecimal", "dec", "fixed"), _decimal),
    **dict.fromkeys(("money", "smallmoney"), _money),
    **dict.fromkeys(
        ("float", "double", "real", "float4", "float8", "double precision", "binary_float"),
        _plain("float"),
    ),
    **dict.fromkeys(("bool", "boolean", "bit"), _plain("bool")),
    **dict.fromkeys(("date", "localdate"), _plain("date")),
    **dict.fromkeys(
        (
            "datetime", "datetime2", "smalldatetime", "datetimeoffset", "timestamp", "timestamptz",
            "timestampltz", "timestampntz", "timestamp with time zone",
            "timestamp without time zone", "instant", "zoneddatetime", "localdatetime",
        ),
        _plain("datetime"),
    ),
    **dict.fromkeys(
        ("time", "timetz", "localtime", "time without time zone", "time with time zone"),
        _plain("time"),
    ),
    **dict.fromkeys(("interval", "duration"), _plain("duration")),
    **dict.fromkeys(
        (
            "blob", "bytea", "binary", "varbinary", "tinyblob",
            "mediumblob", "longblob", "image", "raw",
        ),
        _bytes,
    ),
    **{name: _uploaded(kind) for name, kind in UPLOADED.items()},
    "year": _year,
    **dict.fromkeys(("uuid", "uniqueidentifier", "guid"), _plain("uuid")),
    **dict.fromkeys(("json", "jsonb"), _plain("json")),
    "hstore": _plain("json", "hstore is written as a JSON object"),
    "set": _plain("list", "a list takes any text, not only these: {}"),
    **dict.fromkeys(
        ("inet", "cidr", "macaddr", "ipaddress"), _short(43, "{} is written as a text")
    ),
}  # fmt: skip


def names() -> frozenset[str]:
    """Return the names of all types that are known."""
    return frozenset({*_TEXTS, *_OTHERS, *_WITHOUT_EQUAL})
