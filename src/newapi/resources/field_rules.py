"""Rules across fields: comparisons of two fields, and how many of several have a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from newapi.errors import Problem
from newapi.resources import limits, rule_samples
from newapi.resources.definition import Definition, Field, Rule, RuleKind
from newapi.template import features
from newapi.terminal.text import shorten

if TYPE_CHECKING:
    from newapi.resources.definition import Json

EXAMPLE = "rules: [ends_at > starts_at]"
# Linters allow eight branches in the function that checks rules. A rule with a number has two.
MAX_RULES = 7
# The signs of comparisons: how messages say them, and how names of constraints do.
SIGNS = {
    ">=": ("must be greater than or equal to", "ge"),
    "<=": ("must be less than or equal to", "le"),
    "!=": ("must differ from", "ne"),
    ">": ("must be greater than", "gt"),
    "<": ("must be less than", "lt"),
}

_NAME = r"[a-z][a-z0-9_]*"
_COMPARISON = rf"(?P<left>{_NAME}) *(?P<sign>>=|<=|!=|>|<) *(?P<right>{_NAME})"
_COUNT = rf"(?P<kind>at least|exactly) one of (?P<names>{_NAME}(?:(?: or | and |, ?){_NAME})+)"
# Both as JSON Schema has patterns, which knows no names of groups.
JSON_PATTERN = re.sub(r"\?P<\w+>", "", f"{_COMPARISON}|{_COUNT}")
_KINDS: dict[str, RuleKind] = {"at least": "at_least_one", "exactly": "exactly_one"}
_EXACT = frozenset({"int", "bigint", "decimal"})  # numbers that are compared with each other
_COMPARED = frozenset({*_EXACT, "float", "date", "datetime"})
_WHY_EMPTY = "would be emptied when the row that it refers to is deleted"


def read(texts: Iterable[str]) -> tuple[tuple[Rule, ...], list[Problem]]:
    """Understand rules; return what can be, and all that is wrong."""
    found: list[Rule] = []
    problems: list[Problem] = []
    for text in texts:
        if rule := _read(text.strip()):
            found.append(rule)
        else:
            message = (
                f"rules: '{shorten(text)}' is neither a comparison of two fields"
                " nor `at least one of` or `exactly one of` several."
            )
            problems.append(Problem(message, f"{EXAMPLE}, or [at least one of email or phone]"))
    return tuple(found), problems


def _read(text: str) -> Rule | None:
    if match := re.fullmatch(_COMPARISON, text):
        return Rule("comparison", (match["left"], match["right"]), match["sign"])
    if match := re.fullmatch(_COUNT, text):
        names = re.split(" or | and |, ?", match["names"])
        return Rule(_KINDS[match["kind"]], tuple(names))
    return None


def check(definition: Definition, database: str) -> Iterator[Problem]:
    """Yield the problems of the rules of a definition."""
    branches = sum(1 if rule.kind == "comparison" else 2 for rule in definition.rules)
    if branches > MAX_RULES:
        message = (
            f"{definition.name} has {len(definition.rules)} rules; {MAX_RULES} are allowed,"
            " and each that says how many of several have a value counts twice."
        )
        yield Problem(message, EXAMPLE)
    flaws = [
        (rule, _flaw_of(rule, definition, database, definition.rules[:number]))
        for number, rule in enumerate(definition.rules)
    ]
    for rule, (flaw, fix) in flaws:
        if flaw:
            yield Problem(f"{definition.name}: rules: {rule.text}: {flaw}.", fix)
    if not any(flaw for _, (flaw, _) in flaws) and (flaw := rule_samples.flaw(definition)):
        yield Problem(f"{definition.name}: rules: {flaw}.", "Other bounds, or another rule")


def _flaw_of(
    rule: Rule, definition: Definition, database: str, earlier: tuple[Rule, ...]
) -> tuple[str, str]:
    """Return the problem of a rule or of its fields, and the way out."""
    if name := definition.one_way(rule.fields):
        return f"{name} is read_only, write_only or a file", EXAMPLE
    return _flaw(rule, definition, database, earlier)


def _flaw(
    rule: Rule, definition: Definition, database: str, earlier: tuple[Rule, ...]
) -> tuple[str, str]:
    """Return the problem of a rule, and the way out."""
    known = [field.name for field in definition.fields if field.has_column]
    for name in rule.fields:
        if name not in known:
            near = features.nearest(name, known)
            return f"{name} is no field", near or f"One of {', '.join(known)}"
    if len(set(rule.fields)) != len(rule.fields):
        return "a field is in it twice", EXAMPLE
    if rule in earlier:
        return "it is there twice", "Keep one of them"
    fields = [field for name in rule.fields if (field := definition.field(name))]
    taken = {f"ck_{definition.plural}_{field.stored}" for field in definition.fields}
    if f"ck_{definition.plural}_{_short_name(rule, definition)}" in taken:
        return "its constraint has the name of a field", "Rename the field"
    if rule.kind == "comparison":
        return _flaw_of_comparison(rule, fields, database)
    return _flaw_of_count(fields, earlier)


def _flaw_of_comparison(rule: Rule, fields: list[Field], database: str) -> tuple[str, str]:
    first, second = fields
    types = {first.type, second.type}
    if rule.sign == "!=":
        if types != {"ref"} or first.target != second.target:
            return "!= compares two references to the same resource", EXAMPLE
        emptied = [field.name for field in fields if field.deletion == "set_null"]
        if database == "mysql" and emptied:
            message = f"{emptied[0]} {_WHY_EMPTY}, which MySQL does not allow in a check"
            return message, f"{emptied[0]}: {{type: ..., on_delete: cascade}}"
    elif not types <= _COMPARED or (len(types) > 1 and not types <= _EXACT):
        return f"{first.type} and {second.type} cannot be compared", EXAMPLE
    return "", ""


def _flaw_of_count(fields: list[Field], earlier: tuple[Rule, ...]) -> tuple[str, str]:
    others = [other for other in earlier if other.kind != "comparison"]
    for field in fields:
        if not field.optional:
            return f"{field.name} always has a value", f"{field.name}: {field.type}?"
        if field.type == "ref" and field.deletion == "set_null":
            return f"{field.name} {_WHY_EMPTY}", f"{field.name}: {{type: ..., on_delete: cascade}}"
        if any(field.name in other.fields for other in others):
            return f"{field.name} is in another such rule", "One rule with all of the fields"
    return "", ""


def column(name: str, definition: Definition) -> str:
    """Return the attribute that holds the value of a field."""
    field = definition.field(name)
    return field.column if field else name


def message(rule: Rule, definition: Definition) -> str:
    """Return what clients are told when a rule is broken."""
    columns = [column(name, definition) for name in rule.fields]
    if rule.kind == "comparison":
        return f"{columns[0]} {SIGNS[rule.sign][0]} {columns[1]}"
    *first, last = columns
    return f"{rule.kind.replace('_', ' ')} of {', '.join(first)} and {last} is required"


def of_table(definition: Definition) -> list[dict[str, Json]]:
    """Return name, kind and columns of the constraint of each rule."""
    return [
        {
            "kind": "ck",
            "name": f"ck_{definition.plural}_{_short_name(rule, definition)}",
            "columns": [*_stored(rule, definition)],
            "short_name": _short_name(rule, definition),
            "rule": rule.kind,
            "sign": rule.sign,
            "text": rule.text,
        }
        for rule in definition.rules
    ]


def _stored(rule: Rule, definition: Definition) -> list[str]:
    """Return the names that the columns of a rule have in the table."""
    stored = {field.name: field.stored for field in definition.fields}
    return [stored.get(name, name) for name in rule.fields]


def _short_name(rule: Rule, definition: Definition) -> str:
    """Return the name of the constraint of a rule, without that of its table."""
    columns = _stored(rule, definition)
    if rule.kind == "comparison":
        return f"_{SIGNS[rule.sign][1]}_".join(columns)
    name = "_".join([rule.kind, "of", *columns])
    if len(f"ck_{definition.plural}_{name}") <= limits.IDENTIFIER:
        return name
    return f"{rule.kind}_of_{columns[0]}_and_{len(columns) - 1}"
