"""Generic create, read, update and delete operations for database rows."""

import re
from collections.abc import Sequence
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import (
    ColumnElement,
    ColumnExpressionArgument,
    CursorResult,
    Delete,
    Select,
    Update,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from app.exceptions import InvalidReference, NotFound
from app.models.entity import Entity
from app.schemas.common import CURSOR_SORTS, Cursor, ListParams, Page, SearchParams

ModelT = TypeVar("ModelT", bound=Entity)
CreateT = TypeVar("CreateT", bound=BaseModel)
UpdateT = TypeVar("UpdateT", bound=BaseModel)


class CRUD(Generic[ModelT, CreateT, UpdateT]):
    """Create, read, update and delete rows of one model.

    Methods flush and never commit: the session dependency commits at the end of the request.

    Args:
        model: The model.
        search_columns: The columns that the `search` parameter of a list looks into.
        eager_load: The relationships to load with every row.
    """

    def __init__(
        self,
        model: type[ModelT],
        *,
        search_columns: Sequence[InstrumentedAttribute[Any]],
        eager_load: Sequence[InstrumentedAttribute[Any]] = (),
    ) -> None:
        self.model = model
        self.name = re.sub(r"(?<!^)(?=[A-Z])", " ", model.__name__).capitalize()
        self.search_columns = search_columns
        self.eager_load = eager_load
        self.statement = select(model).options(*map(selectinload, eager_load))

    async def get(self, db: AsyncSession, *where: ColumnExpressionArgument[bool]) -> ModelT:
        """Return the row that matches all conditions.

        Raises:
            NotFound: If no row matches.
        """
        row = await db.scalar(self.statement.where(*where))
        if row is None:
            raise NotFound(f"{self.name} not found.")
        return row

    async def list(
        self, db: AsyncSession, params: ListParams, *where: ColumnExpressionArgument[bool]
    ) -> Page[ModelT]:
        """Return one page of the rows that match all conditions."""
        where = (*where, *self.get_filters(params))
        statement = self.paginate(self.statement.where(*where), params)
        rows = (await db.scalars(statement)).all()
        items = [*rows[: params.limit]]

        total = None
        if params.include_total:
            total = await db.scalar(select(func.count()).select_from(self.model).where(*where))

        next_cursor = None
        if len(rows) > params.limit and params.sort in CURSOR_SORTS:
            next_cursor = str(Cursor(items[-1].created_at, items[-1].id))
        return Page(items=items, total=total, next_cursor=next_cursor)

    def get_filters(self, params: ListParams) -> Sequence[ColumnElement[bool]]:
        """Return the conditions for the filters and the search text of a list."""
        filters = params.model_dump(exclude=set(SearchParams.model_fields), exclude_none=True)
        conditions = [getattr(self.model, name) == value for name, value in filters.items()]
        if isinstance(params, SearchParams) and params.search:
            columns = self.search_columns
            conditions.append(or_(*(c.icontains(params.search, autoescape=True) for c in columns)))
        return conditions

    def paginate(self, statement: Select[ModelT], params: ListParams) -> Select[ModelT]:
        """Sort the rows and select one page, plus one row that tells whether a page follows."""
        descending = params.sort.startswith("-")
        sort_column = getattr(self.model, params.sort.removeprefix("-"))
        columns = [sort_column, self.model.id]  # the id orders rows with equal values
        if params.cursor:
            last = tuple_(*Cursor.parse(params.cursor), types=[column.type for column in columns])
            position = tuple_(*columns)
            statement = statement.where(position < last if descending else position > last)
        order = [column.desc() if descending else column.asc() for column in columns]
        return statement.order_by(*order).offset(params.skip).limit(params.limit + 1)

    async def create(self, db: AsyncSession, data: CreateT, **values: object) -> ModelT:
        """Add a row with the data of a request and with values that clients cannot set.

        Raises:
            IntegrityError: If a unique value is taken or a referenced row does not exist.
        """
        row = self.model(**data.model_dump(), **values)
        db.add(row)
        await db.flush()
        if self.eager_load:
            await self.load_relationships(db, row)
        return row

    async def update(self, db: AsyncSession, row: ModelT, data: UpdateT) -> ModelT:
        """Set the fields that the request contains.

        Raises:
            IntegrityError: If a unique value is taken or a referenced row does not exist.
            StaleDataError: If the row no longer exists.
        """
        for name, value in data.model_dump(exclude_unset=True).items():
            setattr(row, name, value)
        await db.flush()
        if self.eager_load:
            await self.load_relationships(db, row)
        return row

    async def load_relationships(self, db: AsyncSession, row: ModelT) -> None:
        """Load the relationships in `eager_load` again, because foreign keys may have changed."""
        statement = self.statement.where(self.model.id == row.id)
        await db.scalar(statement, execution_options={"populate_existing": True})

    async def delete(self, db: AsyncSession, row: ModelT) -> None:
        """Delete the row.

        Raises:
            IntegrityError: If other rows refer to it.
        """
        await db.delete(row)
        await db.flush()

    async def check_reference(
        self,
        db: AsyncSession,
        field: str,
        row_id: UUID | None,
        *where: ColumnExpressionArgument[bool],
    ) -> None:
        """Check that the row a field refers to exists and matches all conditions.

        Raises:
            InvalidReference: If the field is set and no row matches.
        """
        statement = select(self.model.id).where(self.model.id == row_id, *where)
        if row_id is not None and await db.scalar(statement) is None:
            raise InvalidReference(field)


async def execute_rowcount(db: AsyncSession, statement: Update | Delete) -> int:
    """Execute a statement and return the number of rows that it matches."""
    result = await db.execute(statement)
    return cast("CursorResult[Any]", result).rowcount


async def lock_rows(
    db: AsyncSession, model: type[Entity], *where: ColumnExpressionArgument[bool]
) -> int:
    """Lock the rows that match until the transaction ends; return their number.

    Other transactions that lock or change these rows wait. The lock is an UPDATE that changes
    nothing, because SQLite ignores SELECT ... FOR UPDATE.
    """
    return await execute_rowcount(
        db, update(model).where(*where).values(updated_at=model.updated_at)
    )
