"""Generic create, read, update and delete operations for database rows."""

import operator
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
    and_,
    func,
    inspect,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from app.crud.cursor import Cursor
from app.exceptions import InvalidReference, NotFound
from app.models.entity import Entity
from app.schemas.common import ListParams, Page, SearchParams

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
        rows = await self.get_rows(db, params, self.statement.where(*where))
        items = [*rows[: params.limit]]

        total = None
        if params.include_total:
            total = await db.scalar(select(func.count()).select_from(self.model).where(*where))

        next_cursor = None
        if len(rows) > params.limit:
            value = getattr(items[-1], params.sort.removeprefix("-"))
            next_cursor = Cursor(params.sort, value, items[-1].id).encode()
        return Page(items=items, total=total, next_cursor=next_cursor)

    def get_filters(self, params: ListParams) -> Sequence[ColumnElement[bool]]:
        """Return the conditions for the filters and the search text of a list."""
        filters = params.model_dump(exclude=set(SearchParams.model_fields), exclude_none=True)
        conditions = [self.get_filter(name, value) for name, value in filters.items()]
        if isinstance(params, SearchParams) and params.search:
            columns = self.search_columns
            conditions.append(or_(*(c.icontains(params.search, autoescape=True) for c in columns)))
        return conditions

    def get_filter(self, name: str, value: object) -> ColumnElement[bool]:
        """Return the condition for one filter, such as `price`, `price__gte` or `price__isnull`."""
        column_name, _, lookup = name.partition("__")
        column = inspect(self.model).columns[column_name]
        condition = column.in_(value) if isinstance(value, list) else column == value
        match lookup:
            case "gte":
                condition = column >= value
            case "lte":
                condition = column <= value
            case "isnull":
                condition = column.is_(None) if value else column.is_not(None)
        return condition

    async def get_rows(
        self, db: AsyncSession, params: ListParams, statement: Select[ModelT]
    ) -> Sequence[ModelT]:
        """Return the rows of one page, and one more if another page follows."""
        rows: list[ModelT] = []
        skip, limit = params.skip, params.limit + 1
        for part in self.sort(statement, params):
            page = part.offset(skip).limit(limit - len(rows))
            rows += (await db.scalars(page)).all()
            if len(rows) == limit:
                break
            if rows:
                skip = 0
            elif skip:  # rows of the next part are skipped too
                count = select(func.count()).select_from(part.order_by(None).subquery())
                skip -= await db.scalar(count) or 0
        return rows

    def sort(self, statement: Select[ModelT], params: ListParams) -> Sequence[Select[ModelT]]:
        """Return the statements that select the sorted rows after the cursor, one by one.

        Rows without a value come last, ascending and descending. They have a statement of their
        own, so that an index gives both kinds of rows in their order.
        """
        descending = params.sort.startswith("-")
        column = inspect(self.model).columns[params.sort.removeprefix("-")]
        row_id = self.model.id  # orders rows with equal values
        is_after = operator.lt if descending else operator.gt
        order = [key.desc() if descending else key.asc() for key in (column, row_id)]

        with_value = statement.order_by(*order)
        without_value = statement.where(column.is_(None)).order_by(order[1])
        if column.nullable:
            with_value = with_value.where(column.is_not(None))
        if params.cursor:
            last = Cursor.decode(params.cursor, params.sort, column.type)
            if last.value is None:
                return [without_value.where(is_after(row_id, last.id))]
            # The first condition bounds the part of the index that MySQL reads.
            with_value = with_value.where(
                column <= last.value if descending else column >= last.value,
                or_(
                    is_after(column, last.value),
                    and_(column == last.value, is_after(row_id, last.id)),
                ),
            )
        return [with_value, without_value] if column.nullable else [with_value]

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
