"""Types and base classes that schemas share."""

import re
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    EmailStr,
    Field,
    StringConstraints,
    model_validator,
)

T = TypeVar("T")

INVISIBLE = r"\x7f-\x9f\u2028-\u202e\u2066-\u2069"
CONTROL_CHARACTER = re.compile(rf"[\x00-\x1f{INVISIBLE}]")


def reject_control_characters(value: object) -> object:
    """Return the value if it has no control characters.

    This runs before whitespace at the ends of the value is stripped, so that a line break there is
    rejected too.

    Raises:
        ValueError: If the value has line breaks or other control characters.
    """
    if isinstance(value, str) and CONTROL_CHARACTER.search(value):
        raise ValueError("must be a single line without control characters")
    return value


SingleLineStr = Annotated[
    str,
    BeforeValidator(reject_control_characters),
    StringConstraints(pattern=rf"^[^\x00-\x1f{INVISIBLE}]*$", strip_whitespace=True),
]
"""A string without line breaks and other control characters."""

MultiLineStr = Annotated[
    str, StringConstraints(pattern=rf"^[^\x00-\x08\x0b\x0c\x0e-\x1f{INVISIBLE}]*$")
]
"""A string that may contain tabs and line breaks, but no other control characters."""


def reject_display_name(value: object) -> object:
    """Return the value if it has no display name, as in `Ada <ada@example.com>`.

    Raises:
        ValueError: If the value has a display name, which `EmailStr` would ignore.
    """
    if "<" in str(value):
        raise ValueError("an e-mail address must not have a display name")
    return value


Email = Annotated[
    EmailStr,
    BeforeValidator(reject_display_name),
    Field(max_length=254, examples=["ada@example.com"]),
    AfterValidator(str.lower),
]
"""An e-mail address in lower case."""


class RequestModel(BaseModel, extra="forbid"):
    """Base of request bodies; unknown fields are rejected."""


UNSET: Any = Field(default_factory=lambda: None)
"""Default of a field that a PATCH request may omit but not set to null.

The field is None if the request omits it. `UNSET` has the type `Any`, so that fields of every type
may have this default, and it is a factory, so that the OpenAPI document shows no default.
"""


class PatchModel(RequestModel, json_schema_extra={"minProperties": 1}):
    """Base of the bodies of PATCH requests, which set at least one field."""

    @model_validator(mode="after")
    def check_not_empty(self) -> Self:
        """Return the model if any field is set.

        Raises:
            ValueError: If no field is set.
        """
        if not self.model_fields_set:
            raise ValueError("at least one field is required")
        return self


class ListParams(BaseModel, extra="forbid", frozen=True):
    """Query parameters of a list."""

    skip: int = Field(default=0, ge=0, le=1_000_000)
    limit: int = Field(default=20, ge=1, le=100)
    # Not a `Literal`, because lists that offer more orders override it with a longer `Literal`.
    sort: Annotated[str, Field(pattern="^-?created_at$")] = "-created_at"
    cursor: Annotated[str, Field(max_length=2000)] | None = Field(
        default=None, description="`next_cursor` of the previous page, with the same `sort`"
    )
    include_total: bool = Field(default=False, description="Whether to count the whole list")


class SearchParams(ListParams, frozen=True):
    """Query parameters of a list that can be searched."""

    search: Annotated[SingleLineStr, Field(min_length=1, max_length=100)] | None = None


class Page(BaseModel, Generic[T], from_attributes=True, arbitrary_types_allowed=True):
    """One page of a list, and with `include_total` how many rows the whole list has.

    The items are models in `app/crud` and become schemas in the response.
    """

    items: list[T]
    total: int | None = Field(examples=[None])
    next_cursor: str | None = Field(examples=[None])
