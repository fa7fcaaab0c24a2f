"""Types of fields that refer to other rows."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

RowIds = Annotated[
    list[UUID],
    AfterValidator(lambda values: list(dict.fromkeys(values))),
    Field(max_length=100, exclude=True),
]
"""Ids of the rows that a row refers to; each counts once. They are not among the data to store."""
