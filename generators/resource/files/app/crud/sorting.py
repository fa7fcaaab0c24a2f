"""Lists that are sorted by numbers, or by columns that may be null."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, cast

from pydantic import Field, FiniteFloat
from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Integer,
    Interval,
    Numeric,
    Select,
    func,
    inspect,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from app.crud.base import CRUD, CreateT, ModelT, UpdateT
from app.crud.cursor import Cursor
from app.schemas.common import ListParams


class SortedCRUD(CRUD[ModelT, CreateT, UpdateT]):
    """Operations for rows that lists sort by numbers, or by columns that may be null.

    Rows without a value come last, ascending and descending. They are selected by a statement of
    their own, so that an index gives both kinds of rows in their order.
    """

    @override
    def get_cursor_type(self, column: Column[Any]) -> type[Any]:
        """Return the type of the values that the database can compare with the column."""
        value_type: Any = super().get_cursor_type(column)
        match column.type:
            case Integer():
                limit = 2**63 if isinstance(column.type, BigInteger) else 2**31
                value_type = Annotated[int, Field(ge=-limit, lt=limit)]
            case Float():
                value_type = FiniteFloat
            case Interval():
                value_type = Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=36_500))]
            case Numeric(precision=digits, scale=places):
                value_type = Annotated[value_type, Field(max_digits=digits, decimal_places=places)]
        return cast("type[Any]", value_type | None if column.nullable else value_type)

    @override
    async def get_rows(
        self, db: AsyncSession, params: ListParams, statement: Select[ModelT]
    ) -> Sequence[ModelT]:
        """Return the rows of one page, and one more if another page follows."""
        descending = params.sort.startswith("-")
        column = inspect(self.model).columns[params.sort.removeprefix("-")]
        if not column.nullable:
            return await super().get_rows(db, params, statement)

        with_value = statement.where(column.is_not(None))
        without_value = statement.where(column.is_(None))
        by_id = params.model_copy(update={"sort": "-id" if descending else "id", "cursor": None})
        if params.cursor:
            last = Cursor.decode(params.cursor, params.sort, self.get_cursor_type(column))
            if last.value is None:
                is_after = self.model.id < last.id if descending else self.model.id > last.id
                return await super().get_rows(db, by_id, without_value.where(is_after))

        rows = [*await super().get_rows(db, params, with_value)]
        missing = params.limit + 1 - len(rows)
        if missing:
            skip = 0
            if params.skip and not rows:  # all rows with a value are skipped
                skipped = self.sort(with_value, params).order_by(None).subquery()
                count = await db.scalar(select(func.count()).select_from(skipped))
                skip = params.skip - (count or 0)
            rest = by_id.model_copy(update={"skip": skip, "limit": missing - 1})
            rows += await super().get_rows(db, rest, without_value)
        return rows
