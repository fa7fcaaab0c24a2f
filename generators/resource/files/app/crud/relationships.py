"""Relationships: the rows that a request refers to, and those that a response contains."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnExpressionArgument, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, selectinload
from typing_extensions import override

from app.crud.base import CRUD, CreateT, ModelT, UpdateT
from app.exceptions import AppError
from app.models.entity import Entity, utc_now


class InvalidReference(AppError):
    """A field refers to a row that does not exist, or that the current user may not read."""

    status_code = 422
    detail = "Request validation failed."

    def __init__(self, *location: str | int) -> None:
        super().__init__()
        self.errors = [
            {"loc": ["body", *location], "msg": "Referenced row not found", "type": "invalid_reference"}
        ]


class RelatedCRUD(CRUD[ModelT, CreateT, UpdateT]):
    """Operations for rows that are returned together with the rows they refer to.

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
        eager_load: Sequence[InstrumentedAttribute[Any]],
    ) -> None:
        super().__init__(model, search_columns=search_columns)
        self.statement = self.statement.options(*map(selectinload, eager_load))

    @override
    async def create(self, db: AsyncSession, data: CreateT, **values: object) -> ModelT:
        """Add a row, and load its relationships.

        Raises:
            IntegrityError: If a unique value is taken or a referenced row does not exist.
        """
        row = await super().create(db, data, **values)
        await self.load_relationships(db, row)
        return row

    @override
    async def update(
        self, db: AsyncSession, row: ModelT, data: UpdateT, **values: object
    ) -> ModelT:
        """Set the fields that the request contains, and load the relationships again.

        Raises:
            IntegrityError: If a unique value is taken or a referenced row does not exist.
            StaleDataError: If the row no longer exists.
        """
        # A relationship to many rows changes no column by itself.
        if values.keys() & inspect(self.model).relationships.keys():
            row.updated_at = utc_now()
        await super().update(db, row, data, **values)
        await self.load_relationships(db, row)
        return row

    async def load_relationships(self, db: AsyncSession, row: ModelT) -> None:
        """Load the relationships of the row again, because foreign keys may have changed."""
        statement = self.statement.where(self.model.id == row.id)
        await db.scalar(statement, execution_options={"populate_existing": True})


async def check_reference(
    db: AsyncSession,
    model: type[Entity],
    field: str,
    row_id: UUID | None,
    *where: ColumnExpressionArgument[bool],
    lock: bool = False,
) -> None:
    """Check that the row a field refers to exists and matches all conditions.

    With `lock`, other transactions cannot change the row until this one ends. A row that stays in
    its table when it is deleted needs it, because the foreign key does not notice its deletion.

    Raises:
        InvalidReference: If the field is set and no row matches.
    """
    statement = select(model.id).where(model.id == row_id, *where)
    if lock:
        statement = statement.with_for_update(read=True)
    if row_id is not None and await db.scalar(statement) is None:
        raise InvalidReference(field)


async def get_references(
    db: AsyncSession,
    model: type[ModelT],
    field: str,
    row_ids: Sequence[UUID],
    *where: ColumnExpressionArgument[bool],
) -> Sequence[ModelT]:
    """Return the rows that a field refers to, which match all conditions.

    Raises:
        InvalidReference: If an id is that of no row that matches.
    """
    statement = select(model).where(model.id.in_(row_ids), *where)
    rows = (await db.scalars(statement)).all()
    if len(rows) < len(set(row_ids)):
        raise InvalidReference(field)
    return rows
