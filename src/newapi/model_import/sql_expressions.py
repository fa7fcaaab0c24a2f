"""Understand types, defaults and checks of SQL, as sqlglot has parsed them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlglot import exp

from newapi.model_import.source_model import Default
from newapi.resources.definition import RuleKind


class Check(NamedTuple):
    """A condition of a check on one column: a bound, or a set of allowed values."""

    column: str
    bound: str = ""
    number: str = ""
    values: tuple[str, ...] = ()
    type: str = ""  # the type of the values that a text has


@dataclass(frozen=True)
class TypeName:
    """The name of a type in lower case, and what stands in its brackets."""

    name: str
    arguments: tuple[str, ...] = ()
    is_array: bool = False
    is_unsigned: bool = False


def type_of(kind: exp.Expr) -> TypeName:
    """Return the type that a column is declared with."""
    if not isinstance(kind, exp.DataType):
        return TypeName(kind.name.lower() or kind.sql().lower())
    name = kind.this.value.lower() if isinstance(kind.this, exp.DType) else str(kind.this).lower()
    if name == "array":
        (of, *_) = (*kind.expressions, exp.DataType.build("text"))
        found = type_of(of)
        return TypeName(found.name, found.arguments, is_array=True)
    if name in {"userdefined", "user-defined"}:
        return TypeName(_last_name(kind.args.get("kind")))
    if name == "interval":
        return TypeName("interval")
    arguments = tuple(_text(each) for each in kind.expressions)
    is_unsigned = name in _UNSIGNED
    return TypeName(_UNSIGNED.get(name, name), arguments, is_unsigned=is_unsigned)


_UNSIGNED = {
    "utinyint": "tinyint",
    "usmallint": "smallint",
    "umediumint": "mediumint",
    "uint": "int",
    "ubigint": "bigint",
    "udecimal": "decimal",
    "udouble": "double",
}


def _last_name(kind: object) -> str:
    """Return the name of a type without its schema."""
    if isinstance(kind, exp.Dot):
        return str(kind.expression.name).lower()
    if isinstance(kind, exp.Expr):
        return str(kind.name or kind.sql()).lower()
    return str(kind).rpartition(".")[2].strip('[]"').lower()


def _text(expression: exp.Expr) -> str:
    found: exp.Expr | str = expression.this
    return found.name if isinstance(found, exp.Expr) else str(found)


def default_of(expression: exp.Expr, dialect: str) -> Default | None:
    """Return the default that an expression is; None for NULL."""
    bare = _bare(expression)
    if isinstance(bare, exp.Null):
        return None
    if isinstance(bare, exp.Neg) and isinstance(bare.this, exp.Literal):
        return Default(f"-{bare.this.name}")
    if isinstance(bare, exp.Literal):
        return Default(bare.name)
    if isinstance(bare, exp.Boolean):
        return Default("true" if bare.this else "false")
    if isinstance(bare, exp.BitString):
        return Default(str(bare.this))
    return Default(expression.sql(dialect=dialect), is_literal=False)


def _bare(expression: exp.Expr) -> exp.Expr:
    """Return an expression without brackets and casts."""
    while isinstance(expression, exp.Paren | exp.Cast):
        expression = expression.this
    return expression


_BOUNDS: Mapping[type[exp.Expr], tuple[str, str]] = {
    exp.GT: ("gt", "lt"),
    exp.GTE: ("ge", "le"),
    exp.LT: ("lt", "gt"),
    exp.LTE: ("le", "ge"),
}


class Checks(NamedTuple):
    """The conditions of a check on single columns, and its other parts."""

    found: tuple[Check, ...]
    others: tuple[exp.Expr, ...]


def checks_of(expression: exp.Expr) -> Checks:
    """Return the conditions of a check."""
    found: list[Check] = []
    others: list[exp.Expr] = []
    for part in _parts(_bare(expression)):
        understood = [*_check(_where_present(part))]
        found += understood
        others += [] if understood else [part]
    return Checks(tuple(found), tuple(others))


def _where_present(expression: exp.Expr) -> exp.Expr:
    """Return what `a IS NULL OR ...` demands of a value, which a check lets be absent anyway."""
    parts = [*_parts(expression, exp.Or)]
    absent = [name for part in parts if (name := _tested(part, is_null=True))]
    others = [part for part in parts if not _tested(part, is_null=True)]
    if len(absent) != 1 or len(others) != 1:
        return expression
    about = {column.name for column in others[0].find_all(exp.Column)}
    return others[0] if about == {*absent} else expression


class ColumnsRule(NamedTuple):
    """A condition of a check that compares or combines several columns."""

    kind: RuleKind
    columns: tuple[str, ...]
    sign: str = ""  # of a comparison


def rule_of(expression: exp.Expr) -> ColumnsRule | None:
    """Return the rule over several columns that a check is."""
    bare = _bare(expression)
    return _counted(bare) or _one_of_two(bare) or _at_least_one(bare) or _comparison(bare)


def _counted(expression: exp.Expr) -> ColumnsRule | None:
    """Understand `num_nonnulls(a, b) = 1` of PostgreSQL."""
    call, number = expression.this, expression.args.get("expression")
    if not isinstance(call, exp.Anonymous) or call.name.lower() != "num_nonnulls":
        return None
    columns = [_bare(each) for each in call.expressions]
    kind = _COUNTS.get((type(expression), number.sql() if number else ""))
    if kind is None or not all(isinstance(each, exp.Column) for each in columns):
        return None
    return ColumnsRule(kind, tuple(each.name for each in columns))


_COUNTS: Mapping[tuple[type[exp.Expr], str], RuleKind] = {
    (exp.EQ, "1"): "exactly_one",
    (exp.GT, "0"): "at_least_one",
    (exp.GTE, "1"): "at_least_one",
}


_BOTH_WAYS = 2


def _one_of_two(expression: exp.Expr) -> ColumnsRule | None:
    """Understand `a IS NULL AND b IS NOT NULL OR a IS NOT NULL AND b IS NULL`."""
    pairs = [[*_parts(part)] for part in _parts(expression, exp.Or)]
    if len(pairs) != _BOTH_WAYS or any(len(pair) != _BOTH_WAYS for pair in pairs):
        return None
    absent = [name for pair in pairs for each in pair if (name := _tested(each, is_null=True))]
    present = [name for pair in pairs for each in pair if (name := _tested(each, is_null=False))]
    is_turned = absent == present[::-1] and absent[:1] != present[:1]
    return (
        ColumnsRule("exactly_one", tuple(absent))
        if is_turned and len(absent) == _BOTH_WAYS
        else None
    )


def _at_least_one(expression: exp.Expr) -> ColumnsRule | None:
    """Understand `a IS NOT NULL OR b IS NOT NULL`."""
    parts = [*_parts(expression, exp.Or)]
    present = tuple(name for part in parts if (name := _tested(part, is_null=False)))
    return ColumnsRule("at_least_one", present) if len(present) == len(parts) > 1 else None


def _comparison(expression: exp.Expr) -> ColumnsRule | None:
    """Understand a comparison, also where it spells out that rows may have no value."""
    parts = [*_parts(expression, exp.Or)]
    absent = [name for part in parts if (name := _tested(part, is_null=True))]
    others = [part for part in parts if not _tested(part, is_null=True)]
    if len(others) != 1 or type(others[0]) not in _SIGNS:
        return None
    left, right = _bare(others[0].this), _bare(others[0].expression)
    if not isinstance(left, exp.Column) or not isinstance(right, exp.Column):
        return None
    names = (left.name, right.name)
    sign = _SIGNS[type(others[0])]
    return ColumnsRule("comparison", names, sign) if set(absent) <= {*names} else None


_SIGNS: Mapping[type[exp.Expr], str] = {
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.NEQ: "!=",
}


def _tested(expression: exp.Expr, *, is_null: bool) -> str:
    """Return the column that is tested for null, or for a value."""
    is_negated = isinstance(expression, exp.Not)
    expression = _bare(expression.this) if is_negated else expression
    if not isinstance(expression, exp.Is) or not isinstance(expression.expression, exp.Null):
        return ""
    column = _bare(expression.this)
    is_wanted = is_null != (is_negated != bool(expression.args.get("negate")))
    return column.name if is_wanted and isinstance(column, exp.Column) else ""


def _parts(expression: exp.Expr, kind: type[exp.Binary] = exp.And) -> Iterator[exp.Expr]:
    if isinstance(expression, kind):
        yield from _parts(_bare(expression.this), kind)
        yield from _parts(_bare(expression.expression), kind)
    else:
        yield expression


def _check(expression: exp.Expr) -> Iterator[Check]:
    first = _bare(expression.this) if isinstance(expression.this, exp.Expr) else None
    if isinstance(expression, exp.Between):
        low, high = _number(_bare(expression.args["low"])), _number(_bare(expression.args["high"]))
        if low and high:
            yield from _bound(first, "ge", low)
            yield from _bound(first, "le", high)
    elif type(expression) in _BOUNDS:
        second = _bare(expression.expression)
        straight, turned = _BOUNDS[type(expression)]
        yield from _bound(first, straight, _number(second))
        yield from _bound(second, turned, _number(_bare(first)) if first else "")
    elif isinstance(expression, exp.NEQ) and _is_empty_text(_bare(expression.expression)):
        yield from _bound(exp.Length(this=first), "ge", "1")
    elif isinstance(expression, exp.Anonymous) and expression.name.lower() == "json_valid":
        yield from (Check(each.name, type="json") for each in expression.find_all(exp.Column))
    elif isinstance(first, exp.Column):
        yield from _one_of(first.name, expression)


def _is_empty_text(expression: exp.Expr) -> bool:
    return isinstance(expression, exp.Literal) and expression.is_string and not expression.name


def _bound(expression: exp.Expr | None, bound: str, number: str) -> Iterator[Check]:
    """Return the bound of a column, or of the length of one."""
    if not number:
        return
    if isinstance(expression, exp.Column):
        yield Check(expression.name, bound, number)
    elif isinstance(expression, exp.Length) and isinstance(expression.this, exp.Expr):
        column = _bare(expression.this)
        if isinstance(column, exp.Column) and number.isdigit():
            key, change = _LENGTHS[bound]
            yield Check(column.name, key, str(max(int(number) + change, 0)))


# The limit of a length that each bound is, and how far they are apart.
_LENGTHS: Mapping[str, tuple[str, int]] = {
    "gt": ("min", 1),
    "ge": ("min", 0),
    "lt": ("max", -1),
    "le": ("max", 0),
}


def _one_of(column: str, expression: exp.Expr) -> Iterator[Check]:
    """Understand `IN (...)`, and `= ANY (ARRAY[...])`, as PostgreSQL writes it."""
    options: list[exp.Expr] = []
    if isinstance(expression, exp.In):
        options = expression.expressions
    elif isinstance(expression, exp.EQ) and isinstance(expression.expression, exp.Any):
        array = _bare(expression.expression.this)
        options = array.expressions if isinstance(array, exp.Array) else []
    bare = [_bare(option) for option in options]
    if bare and all(isinstance(each, exp.Literal) and each.is_string for each in bare):
        yield Check(column, values=tuple(each.name for each in bare))
    numbers = sorted(
        int(number) for each in bare if re.fullmatch(r"-?\d+", number := _number(each))
    )
    if len(numbers) == len(bare) > 0 and numbers == [*range(numbers[0], numbers[-1] + 1)]:
        yield Check(column, "ge", str(numbers[0]))
        yield Check(column, "le", str(numbers[-1]))


def _number(expression: exp.Expr) -> str:
    if isinstance(expression, exp.Neg):
        number = _number(expression.this)
        return f"-{number}" if number else ""
    is_number = isinstance(expression, exp.Literal) and not expression.is_string
    return expression.name if is_number else ""
