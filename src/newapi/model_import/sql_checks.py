"""What CHECK constraints demand of the columns of a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from newapi.model_import import sql_expressions
from newapi.model_import.source_model import CheckRule, Column
from newapi.model_import.sql_expressions import Check
from newapi.terminal.text import shorten


@dataclass
class Checked:
    """Columns with the limits of a check, its rules, and the parts that have no equal."""

    columns: dict[str, Column]
    rules: list[CheckRule] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def of_text(text: str, columns: Iterable[Column], dialect: str, line: int | None = None) -> Checked:
    """Understand the expression of a check, such as `price > 0`."""
    try:
        expression = sqlglot.parse_one(f"SELECT ({text})", dialect=dialect).expressions[0]
    except (SqlglotError, IndexError):
        return Checked({each.name: each for each in columns}, others=[shorten(text)])
    return of_expression(expression, columns, dialect, line)


def of_expression(
    expression: exp.Expr, columns: Iterable[Column], dialect: str, line: int | None = None
) -> Checked:
    """Understand a parsed check; a name that is no column has no meaning."""
    checked = Checked({each.name: each for each in columns})
    found = sql_expressions.checks_of(expression)
    names = {name.lower(): name for name in checked.columns}
    for each in found.found:
        if name := names.get(each.column.lower()):
            checked.columns[name] = _limited(checked.columns[name], each)
    for other in found.others:
        text = shorten(other.sql(dialect=dialect))
        if rule := sql_expressions.rule_of(other):
            checked.rules.append(CheckRule(*rule, text=text, line=line))
        else:
            checked.others.append(text)
    return checked


def _limited(column: Column, check: Check) -> Column:
    if check.type:
        return replace(column, type=check.type, arguments=(), declared=check.type)
    if check.values:
        return replace(column, values=check.values)
    number = check.number
    if before := column.limits.get(check.bound):  # the narrower of two
        choose = max if check.bound in {"gt", "ge", "min"} else min
        number = choose(before, number, key=Decimal)
    return replace(column, limits={**column.limits, check.bound: number})
