"""Which changes of a field keep what its rows have: what would lose something is refused.

What the database can check is allowed: rows that break a new limit stop the migration, and nothing
is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from newapi.resources.definition import Field, Type
from newapi.resources.kinds import shown
from newapi.resources.limits import is_large

# Every value of the first is one of the second.
WIDER: frozenset[tuple[Type, Type]] = frozenset(
    {
        ("str", "text"),
        ("image", "file"),
        ("email", "str"),
        ("email", "text"),
        ("url", "str"),
        ("url", "text"),
        ("enum", "str"),
        ("enum", "text"),
        ("int", "bigint"),
        ("int", "float"),
        ("int", "decimal"),
        ("bigint", "decimal"),
    }
)
_WHOLE: frozenset[Type] = frozenset({"int", "bigint"})


def refusal(old: Field, new: Field) -> str:
    """Return the data that a change would lose, or an empty text."""
    return next(_refusals(old, new), "")


def _refusals(old: Field, new: Field) -> Iterator[str]:
    if old.type != new.type and (old.type, new.type) not in WIDER:
        yield f"not every {shown(old.type)} is {shown(new.type)}"
    if old.type == new.type and old.target != new.target:
        yield f"its rows refer to {old.target}"
    if (
        old.type != new.type
        and not new.is_file
        and new.max is not None
        and (length := _length(old)) > new.max
    ):
        yield f"rows may have {length} characters"
    if new.type == "decimal" and (old.places or 0) > (new.places or 0):
        yield f"rows have {old.places} places, which would be rounded"
    if new.type == "decimal" and old.type in _WHOLE and _whole_digits(new) < _whole_digits(old):
        yield f"rows may have {_whole_digits(old)} digits before the point"


def warnings(old: Field, new: Field) -> Iterator[str]:
    """Say which rows would stop the migration."""
    if old.optional and not new.optional and new.default is None:
        yield f"Rows without {new.name} will stop the migration: give them one first."
    if new.unique and not old.unique:
        yield f"Rows with the same {new.name} will stop the migration."
    if gone := [value for value in old.values if new.values and value not in new.values]:
        yield f"Rows whose {new.name} is {' or '.join(gone)} will stop the migration."
    if _is_narrower(old, new):
        yield f"Rows whose {new.name} breaks its new limits can stop the migration."


def _length(field: Field) -> int:
    return max((len(value) for value in field.values), default=field.max or 0)


def _whole_digits(field: Field) -> int:
    if field.type in _WHOLE:
        return 19 if is_large(field) else 10
    return (field.digits or 0) - (field.places or 0)


def _is_narrower(old: Field, new: Field) -> bool:
    if new.is_file:
        return False  # the limits are those of uploads
    if new.max is not None and old.max is not None:
        return new.max < old.max or (new.min or 0) > (old.min or 0)
    if new.type == old.type == "decimal" and _whole_digits(new) < _whole_digits(old):
        return True
    return _is_raised(old, new) or _is_lowered(old, new)


def _is_raised(old: Field, new: Field) -> bool:
    before, after = old.gt or old.ge, new.gt or new.ge
    if after is None or before is None:
        return after is not None
    if Decimal(after) == Decimal(before):
        return new.gt is not None and old.gt is None
    return Decimal(after) > Decimal(before)


def _is_lowered(old: Field, new: Field) -> bool:
    before, after = old.lt or old.le, new.lt or new.le
    if after is None or before is None:
        return after is not None
    if Decimal(after) == Decimal(before):
        return new.lt is not None and old.lt is None
    return Decimal(after) < Decimal(before)
