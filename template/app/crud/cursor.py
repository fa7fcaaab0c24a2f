"""Cursors: the position of a row in a sorted list, encoded for clients."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NamedTuple, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, FiniteFloat, JsonValue, StringConstraints, TypeAdapter
from sqlalchemy import BigInteger, Float, Integer, Interval, Numeric, String
from sqlalchemy.types import TypeEngine

from app.exceptions import InvalidCursor
from app.models.entity import UTCDateTime

CONTENT = TypeAdapter(tuple[str, Any, UUID])
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Timestamp = Annotated[
    AwareDatetime,
    Field(ge=datetime(1, 1, 2, tzinfo=UTC), lt=datetime(9999, 12, 31, tzinfo=UTC)),
]


class Cursor(NamedTuple):
    """The last row of a page: its value in the column that sorts the list, and its id."""

    sort: str
    value: Any
    id: UUID

    @classmethod
    def decode(cls, text: str, sort: str, column_type: TypeEngine[Any]) -> Self:
        """Return the cursor of a list that is sorted like this, by a column of this type.

        Raises:
            InvalidCursor: If the text is not a cursor, or that of a list with another order.
        """
        try:
            row = CONTENT.validate_json(urlsafe_b64decode(text))
            cursor = cls(row[0], validate_value(row[1], column_type), row[2])
        except ValueError as error:
            raise InvalidCursor from error
        if cursor.sort != sort:
            raise InvalidCursor
        return cursor

    def encode(self) -> str:
        """Return the text for clients."""
        return urlsafe_b64encode(CONTENT.dump_json(self)).decode()


def validate_value(value: JsonValue, column_type: TypeEngine[Any]) -> object:
    """Return the value of a cursor if columns of this type can be compared with it.

    Raises:
        ValueError: If the value is not one of a column of this type.
    """
    expected: Any = column_type.python_type
    match column_type:
        case Integer():
            limit = 2**63 if isinstance(column_type, BigInteger) else 2**31
            expected = Annotated[int, Field(ge=-limit, lt=limit)]
        case Float():
            expected = FiniteFloat
        case Interval():
            expected = Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=36_500))]
        case Numeric(precision=digits, scale=places):
            expected = Annotated[expected, Field(max_digits=digits, decimal_places=places)]
        case String():
            expected = Text
        case UTCDateTime():
            expected = Timestamp
    return None if value is None else TypeAdapter(expected).validate_python(value)
