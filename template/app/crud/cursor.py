"""Cursors: the position of a row in a sorted list, encoded for clients."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, TypeAdapter
from sqlalchemy import String

from app.exceptions import InvalidCursor
from app.models.entity import UTCDateTime

CONTENT = TypeAdapter(tuple[str, Any, UUID])
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Timestamp = Annotated[
    AwareDatetime,
    Field(ge=datetime(1, 1, 2, tzinfo=UTC), lt=datetime(9999, 12, 31, tzinfo=UTC)),
]
CURSOR_TYPES: Mapping[type[Any], Any] = {String: Text, UTCDateTime: Timestamp}
"""The types of the values that a database can compare with columns of these types."""


class Cursor(NamedTuple):
    """The last row of a page: its value in the column that sorts the list, and its id."""

    sort: str
    value: Any
    id: UUID

    @classmethod
    def decode(cls, text: str, sort: str, value_type: type[Any]) -> Self:
        """Return the cursor of a list that is sorted like this, by values of this type.

        Raises:
            InvalidCursor: If the text is not a cursor, or that of a list with another order.
        """
        try:
            row = CONTENT.validate_json(urlsafe_b64decode(text))
            cursor = cls(row[0], TypeAdapter(value_type).validate_python(row[1]), row[2])
        except ValueError as error:
            raise InvalidCursor from error
        if cursor.sort != sort:
            raise InvalidCursor
        return cursor

    def encode(self) -> str:
        """Return the text for clients."""
        return urlsafe_b64encode(CONTENT.dump_json(self)).decode()
