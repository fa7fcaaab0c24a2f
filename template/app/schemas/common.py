"""What the schemas of all resources share."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, NamedTuple, Self, TypeVar
from uuid import UUID

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

SingleLineStr = Annotated[
    str, StringConstraints(pattern=rf"^[^\x00-\x1f{INVISIBLE}]*$", strip_whitespace=True)
]
"""Text without line breaks and other control characters."""

MultiLineStr = Annotated[
    str, StringConstraints(pattern=rf"^[^\x00-\x08\x0b\x0c\x0e-\x1f{INVISIBLE}]*$")
]
"""Text that may have tabs and line breaks, but no other control characters."""


def refuse_name(value: object) -> object:
    """Return an address as it is.

    Raises:
        ValueError: A name stands before it, as in a mail.
    """
    if "<" in str(value):
        raise ValueError("an address without a name is needed")
    return value


Email = Annotated[
    EmailStr,
    BeforeValidator(refuse_name),
    Field(max_length=254, examples=["ada@example.com"]),
    AfterValidator(str.lower),
]
"""An e-mail address; upper and lower case are the same."""


class RequestModel(BaseModel, extra="forbid"):
    """What a caller sends: nothing but the fields that are named."""


UNSET: Any = Field(default_factory=lambda: None)
"""Default of a field that a change may leave out, though it is never null."""


class PatchModel(RequestModel, json_schema_extra={"minProperties": 1}):
    """A change of some fields, at least one."""

    @model_validator(mode="after")
    def refuse_nothing(self) -> Self:
        """Refuse a change that changes nothing."""
        if not self.model_fields_set:
            raise ValueError("at least one field is required")
        return self


class Cursor(NamedTuple):
    """The last row of a page, after which the next one starts."""

    created_at: datetime
    id: UUID

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the cursor that a caller sends back.

        Raises:
            ValueError: It is not one of ours.
        """
        created_at, row_id = urlsafe_b64decode(text.encode()).decode().split()
        try:
            return cls(datetime.fromisoformat(created_at).astimezone(UTC), UUID(row_id))
        except OverflowError as error:
            raise ValueError("out of range") from error

    def __str__(self) -> str:
        return urlsafe_b64encode(f"{self.created_at.isoformat()} {self.id}".encode()).decode()


def check_cursor(text: str) -> str:
    """Return a cursor as it is.

    Raises:
        ValueError: It is not one of ours.
    """
    Cursor.parse(text)
    return text


class ListParams(BaseModel, extra="forbid", frozen=True):
    """Which rows of a list to return, in which order; a field that a resource adds is a filter."""

    skip: int = Field(default=0, ge=0, le=1_000_000)
    limit: int = Field(default=20, ge=1, le=100)
    sort: str = "-created_at"
    cursor: Annotated[str, Field(max_length=200), AfterValidator(check_cursor)] | None = Field(
        default=None, description="`next_cursor` of the page before, sorted by `created_at`"
    )

    @property
    def filters(self) -> dict[str, Any]:
        """Return the columns that a resource filters by, and what they must be."""
        return self.model_dump(exclude=set(SearchParams.model_fields), exclude_none=True)

    @property
    def sort_by(self) -> str:
        """Return the name of the column."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Return whether the largest value comes first."""
        return self.sort.startswith("-")

    @model_validator(mode="after")
    def refuse_cursor_in_other_orders(self) -> Self:
        """Refuse a cursor where rows are sorted by something else."""
        if self.cursor and self.sort_by != "created_at":
            raise ValueError("a cursor goes with sorting by created_at")
        return self


class SearchParams(ListParams, frozen=True):
    """Which rows of a list to return, also by the words in them."""

    search: Annotated[SingleLineStr, Field(min_length=1, max_length=100)] | None = None


class Page(BaseModel, Generic[T], from_attributes=True):
    """Some rows of a list, how many there are in all, and where to go on."""

    items: Sequence[T]
    total: int = Field(examples=[1])
    next_cursor: str | None = Field(examples=[None])
