"""Marks for tests that show the same with many values."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from _pytest.mark.structures import ParameterSet


def slow_after(quick: int, values: Iterable[object]) -> list[ParameterSet]:
    """Return parameters for a test that is slow with all values but the first few."""
    marks = pytest.mark.slow
    return [
        pytest.param(value, marks=marks if number >= quick else ())
        for number, value in enumerate(values)
    ]
