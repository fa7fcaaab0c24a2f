"""Types of the filters of lists."""

from typing import Annotated, TypeVar

from pydantic import Field

T = TypeVar("T")

FilterValues = Annotated[list[T], Field(min_length=1, max_length=100)]
"""The values of a filter, from a parameter that can be repeated."""

Int32 = Annotated[int, Field(ge=-(2**31), lt=2**31)]
Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]
