"""Marks for tests that show the same with many values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import pytest


def slow_after(quick: int, values: Iterable[object]) -> list[object]:
    """Return parameters for a test that is slow with all values but the first few."""
    marks = pytest.mark.slow
    return [
        pytest.param(value, marks=marks if number >= quick else ())
        for number, value in enumerate(values)
    ]


def slow_or_long(slow: Collection[str], cases: Mapping[str, object]) -> list[object]:
    """Return the cases by their names, as parameters: some are slow, all others are long."""
    return [
        pytest.param(case, id=name, marks=pytest.mark.slow if name in slow else pytest.mark.long)
        for name, case in cases.items()
    ]
