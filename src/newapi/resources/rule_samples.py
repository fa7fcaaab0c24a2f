"""Values for the examples and tests of fields that rules compare, so that they obey the rules.

Each number that is compared gets a range of its own: all values of the lesser field are below all
values of the greater one. Dates get years of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from newapi.resources.definition import Definition, Field, Rule
from newapi.resources.limits import highest, lowest

if TYPE_CHECKING:
    from newapi.resources.definition import Json

_NUMBERS = frozenset({"int", "bigint", "float", "decimal"})
_FLOAT_STEP = Decimal("0.001")
_WIDTHS = (10, 5, 2, 1)
_COUNTED_WIDTHS = (100_000, 1000, 100, 20)  # of numbers that differ in every row of a test
_YEARS = 1
_COUNTED_YEARS = 100


@dataclass(frozen=True)
class Samples:
    """The values of one field in examples and tests."""

    low: Decimal | None = None
    high: Decimal | None = None
    years: int = 0  # later than usual
    is_given: bool = True  # in the bodies of requests
    instead_of: str | None = None  # the column that has to be empty when this one has a value
    is_compared: bool = False  # with another field
    is_counted: bool = False  # by a rule about how many of several have a value

    def told(self) -> dict[str, Json]:
        """Return the values as the template asks for them."""
        return {
            "low": None if self.low is None else f"{self.low:f}",
            "high": None if self.high is None else f"{self.high:f}",
            "years": self.years,
            "given": self.is_given,
            "instead_of": self.instead_of,
            "compared": self.is_compared,
            "one_of": self.is_counted,
        }


def of_fields(definition: Definition) -> dict[str, Samples]:
    """Return the values of each field."""
    ranges = _ranges(definition) or {}
    ranks = _ranks(definition) or {}
    compared = _compared(definition)
    is_counted = any(_is_counted(field, definition) for field in compared)
    years = _COUNTED_YEARS if is_counted else _YEARS
    one_of = {n for rule in definition.rules if rule.kind != "comparison" for n in rule.fields}
    found: dict[str, Samples] = {}
    for field in definition.fields:
        low, high = ranges.get(field.name, (None, None))
        is_given, instead_of = _counted_in(field, definition)
        found[field.name] = Samples(
            low=low,
            high=high,
            years=ranks.get(field.name, 0) * years,
            is_given=is_given,
            instead_of=instead_of,
            is_compared=field in compared,
            is_counted=field.name in one_of,
        )
    return found


def flaw(definition: Definition) -> str:
    """Return why no values obey all rules, or why a rule is always obeyed."""
    if _ranks(definition) is None:
        return "the comparisons contradict each other"
    if _ranges(definition) is None:
        return "no values within the bounds of the fields obey all comparisons"
    for rule in definition.rules:
        if _is_order(rule) and _numbers(rule, definition) and not broken(rule, definition):
            return f"{rule.text} is always true, by the bounds of the fields"
    return ""


def broken(rule: Rule, definition: Definition) -> dict[str, Json] | None:
    """Return values of two numbers that obey a comparison, and one of the greater that breaks it.

    None stands for a rule that compares no numbers, or that no values break.
    """
    fields = _numbers(rule, definition)
    if not fields:
        return None
    lesser, greater = fields
    step = _step(fields)
    is_strict = "=" not in rule.sign
    for low in (max(Decimal(1), _lowest(greater)), _lowest(greater)):
        if not low.is_finite():
            continue
        breaking = _raised(low, step)
        least = _raised(max(_lowest(lesser), breaking if is_strict else breaking + step), step)
        obeying = _raised(max(_lowest(greater), least + step if is_strict else least), step)
        if max(breaking, obeying) <= _highest(greater) and least <= _highest(lesser):
            return {
                "lesser": f"{least:f}",
                "greater": f"{obeying:f}",
                "breaking": f"{breaking:f}",
            }
    return None


def sides(rule: Rule) -> tuple[str, str]:
    """Return the names of the lesser and of the greater field of a comparison."""
    left, right = rule.fields
    return (right, left) if rule.sign.startswith(">") else (left, right)


def _is_order(rule: Rule) -> bool:
    return rule.kind == "comparison" and rule.sign != "!="


def _numbers(rule: Rule, definition: Definition) -> list[Field]:
    """Return the lesser and the greater field of a comparison of numbers."""
    if not _is_order(rule):
        return []
    fields = [field for name in sides(rule) if (field := definition.field(name))]
    return fields if all(field.type in _NUMBERS for field in fields) else []


def _compared(definition: Definition) -> list[Field]:
    names = {name for rule in definition.rules if _is_order(rule) for name in rule.fields}
    return [field for field in definition.fields if field.name in names]


def _is_counted(field: Field, definition: Definition) -> bool:
    return field.unique or any(field.name in group for group in definition.unique)


def _counted_in(field: Field, definition: Definition) -> tuple[bool, str | None]:
    """Return whether bodies have a value, and which other column must be empty for another."""
    is_given = (field.type != "ref" or not field.optional) and not (
        field.read_only or field.is_file
    )
    for rule in definition.rules:
        if rule.kind == "comparison" or field.name not in rule.fields:
            continue
        fields = [each for name in rule.fields if (each := definition.field(name))]
        plain = [each.name for each in fields if each.type != "ref"]
        first = fields[0]
        if rule.kind == "exactly_one":
            is_first = field.name == first.name
            return is_first, None if is_first else first.column
        return (field.name in plain) if plain else field.name == first.name, None
    return is_given, None


def _lesser(definition: Definition) -> dict[str, set[str]]:
    """Return the fields that each field is greater than."""
    found: dict[str, set[str]] = {field.name: set() for field in _compared(definition)}
    for rule in definition.rules:
        if _is_order(rule):
            lesser, greater = sides(rule)
            found[greater].add(lesser)
    return found


def _order(definition: Definition) -> list[str] | None:
    """Return the compared fields, each after those that it is greater than."""
    try:
        return [*TopologicalSorter(_lesser(definition)).static_order()]
    except CycleError:
        return None


def _ranks(definition: Definition) -> dict[str, int] | None:
    """Return how many fields stand below each compared field; None if they form a circle."""
    order, lesser = _order(definition), _lesser(definition)
    if order is None:
        return None
    found: dict[str, int] = {}
    for name in order:
        found[name] = max((found[other] + 1 for other in lesser[name]), default=0)
    return found


def _ranges(definition: Definition) -> Mapping[str, tuple[Decimal, Decimal]] | None:
    """Return the least and the greatest value of each compared number; None if there are none."""
    fields = {field.name: field for field in _compared(definition) if field.type in _NUMBERS}
    order, lesser = _order(definition), _lesser(definition)
    if order is None:
        return None
    waiting = [fields[name] for name in order if name in fields]
    for unit, width, liked in _attempts(waiting, definition):
        found: dict[str, tuple[Decimal, Decimal]] = {}
        for field in waiting:
            below = [found[name][1] + unit for name in lesser[field.name]]
            own = _lowest(field)
            own = max(own, Decimal(1)) if liked else own
            if not (start := max(own, *below, own)).is_finite():
                break
            start = _raised(start, unit)
            end = start + (width - 1) * unit
            if end > _highest(field):
                break
            found[field.name] = start, end
        if len(found) == len(waiting):
            return found
    return None


def _attempts(
    fields: Sequence[Field], definition: Definition
) -> Iterator[tuple[Decimal, int, bool]]:
    """Yield units of numbers, how many each range has, and whether it starts with positive ones."""
    is_counted = any(_is_counted(field, definition) for field in fields)
    units = dict.fromkeys((max(Decimal(1), _step(fields)), _step(fields))) if fields else {}
    for liked in (True, False):
        for width in _COUNTED_WIDTHS if is_counted else _WIDTHS:
            yield from ((unit, width, liked) for unit in units)
    if not fields:
        yield Decimal(1), 1, True


def _step(fields: Sequence[Field]) -> Decimal:
    """Return a number of which all values of the fields can be multiples."""
    steps = {"int": Decimal(1), "bigint": Decimal(1), "float": _FLOAT_STEP}
    return max(
        (steps.get(field.type, Decimal(10) ** -(field.places or 0)) for field in fields),
        default=Decimal(1),
    )


def _lowest(field: Field) -> Decimal:
    """Return the least number that a field can have, of floats the least of three places."""
    is_above = field.type == "float" and field.gt is not None
    return lowest(field) + (_FLOAT_STEP if is_above else 0)


def _highest(field: Field) -> Decimal:
    """Return the greatest number that a field can have, of floats the greatest of three places."""
    is_below = field.type == "float" and field.lt is not None
    return highest(field) - (_FLOAT_STEP if is_below else 0)


def _raised(number: Decimal, step: Decimal) -> Decimal:
    """Return the least multiple of a step that is not below a number."""
    return (number / step).to_integral_value(ROUND_CEILING) * step
