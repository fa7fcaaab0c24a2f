"""What can be done with the rows of any table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement, CursorResult, Delete, Update, func, or_, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, selectinload
from sqlalchemy.orm.exc import StaleDataError

from app.exceptions import Conflict, InvalidReference, NotFound
from app.models.entity import Entity
from app.schemas.common import Cursor, ListParams, SearchParams

ModelT = TypeVar("ModelT", bound=Entity)
CreateT = TypeVar("CreateT", bound=BaseModel)
UpdateT = TypeVar("UpdateT", bound=BaseModel)


@dataclass
class ResultPage(Generic[ModelT]):
    """One page of rows, how many there are in all, and where the next page starts."""

    items: Sequence[ModelT]
    total: int
    next_cursor: str | None


class CRUD(Generic[ModelT, CreateT, UpdateT]):
    """Creates, reads, lists, updates and deletes rows; the session of the request commits."""

    def __init__(
        self,
        model: type[ModelT],
        *,
        search_columns: Sequence[InstrumentedAttribute[Any]],
        eager_load: Sequence[InstrumentedAttribute[Any]] = (),
    ) -> None:
        self.model = model
        self.search_columns = search_columns
        self.eager_load = eager_load
        self.rows = select(model).options(*map(selectinload, eager_load))

    async def get(self, db: AsyncSession, *where: ColumnElement[bool]) -> ModelT:
        """Return the row that fits.

        Raises:
            NotFound: There is none.
        """
        row = await db.scalar(self.rows.where(*where))
        if row is None:
            raise NotFound
        return row

    async def list(
        self, db: AsyncSession, query: ListParams, *where: ColumnElement[bool]
    ) -> ResultPage[ModelT]:
        """Return one page of the rows that fit."""
        where = (*where, *(getattr(self.model, k) == v for k, v in query.filters.items()))
        if isinstance(query, SearchParams) and query.search:
            matches = [c.icontains(query.search, autoescape=True) for c in self.search_columns]
            where = (*where, or_(*matches))
        total = await db.scalar(select(func.count()).select_from(self.model).where(*where))
        keys = (getattr(self.model, query.sort_by), self.model.id)
        statement = (
            self.rows.where(*where)
            .order_by(*(key.desc() if query.descending else key.asc() for key in keys))
            .offset(query.skip)
            .limit(query.limit + 1)  # one more tells whether there is a next page
        )
        if query.cursor:
            last = tuple_(*Cursor.parse(query.cursor), types=[key.type for key in keys])
            position = tuple_(*keys)
            statement = statement.where(position < last if query.descending else position > last)
        rows = (await db.scalars(statement)).all()
        page = rows[: query.limit]
        cursor = None
        if len(rows) > len(page) and query.sort_by == "created_at":
            cursor = str(Cursor(page[-1].created_at, page[-1].id))
        return ResultPage(page, total or 0, cursor)

    async def create(self, db: AsyncSession, data: CreateT, **values: object) -> ModelT:
        """Store a new row, with values that the caller of the API does not set.

        Raises:
            Conflict: A unique value is taken, or a referenced row is gone.
        """
        row = self.model(**data.model_dump(), **values)
        db.add(row)
        return await self.store(db, row)

    async def update(self, db: AsyncSession, row: ModelT, data: UpdateT) -> ModelT:
        """Change the fields that are set.

        Raises:
            Conflict: A unique value is taken, or the row is gone.
        """
        for name, value in data.model_dump(exclude_unset=True).items():
            setattr(row, name, value)
        return await self.store(db, row)

    async def store(self, db: AsyncSession, row: ModelT) -> ModelT:
        """Flush a row, and load the relationships that are read with it."""
        await flush(db)
        if self.eager_load:
            stored = self.rows.where(self.model.id == row.id)
            await db.scalar(stored, execution_options={"populate_existing": True})
        return row

    async def delete(self, db: AsyncSession, row: ModelT) -> None:
        """Delete the row.

        Raises:
            Conflict: Other rows refer to it.
        """
        await db.delete(row)
        await flush(db)

    async def check_reference(
        self, db: AsyncSession, field: str, row_id: UUID | None, *where: ColumnElement[bool]
    ) -> None:
        """Make sure that the row exists that a field refers to, if it refers to one.

        Raises:
            InvalidReference: There is none that fits.
        """
        statement = select(self.model.id).where(self.model.id == row_id, *where)
        if row_id is not None and await db.scalar(statement) is None:
            raise InvalidReference(field)


async def flush(db: AsyncSession) -> None:
    """Send pending changes to the database.

    Raises:
        Conflict: They contradict what is stored.
    """
    try:
        await db.flush()
    except (IntegrityError, StaleDataError) as error:
        raise Conflict from error


async def execute_rowcount(db: AsyncSession, statement: Update | Delete) -> int:
    """Run a statement; return how many rows it found to change."""
    return cast("CursorResult[Any]", await db.execute(statement)).rowcount
