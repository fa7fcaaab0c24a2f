"""Deletions that keep the row, and what they mean for the rows that refer to it."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ForeignKey, inspect, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from app.crud.base import CRUD, CreateT, UpdateT
from app.exceptions import Conflict
from app.models.entity import utc_now
from app.models.soft_delete import SoftDelete

SoftDeleteT = TypeVar("SoftDeleteT", bound=SoftDelete)


class SoftDeleteCRUD(CRUD[SoftDeleteT, CreateT, UpdateT]):
    """Operations for rows that stay in their table when they are deleted."""

    @override
    async def delete(self, db: AsyncSession, row: SoftDeleteT) -> None:
        """Hide the row, and do what foreign keys would do if it were gone.

        Raises:
            Conflict: If other rows refer to it that may not refer to nothing.
        """
        row.deleted_at = utc_now()
        await db.flush()
        for mapper in inspect(self.model).registry.mappers:
            for key in mapper.local_table.foreign_keys:
                if key.column.table is self.model.__table__:
                    await release_references(db, mapper.class_, key, row.id)


async def release_references(
    db: AsyncSession, model: type[Any], key: ForeignKey, row_id: UUID
) -> None:
    """Let rows of the model no longer refer to a row; deleted ones keep what they refer to.

    Raises:
        Conflict: If a row refers to it by a foreign key without ON DELETE.
    """
    where = [key.parent == row_id]
    if issubclass(model, SoftDelete):
        where.append(model.deleted_at.is_(None))
    if key.ondelete == "SET NULL":
        await db.execute(update(model).where(*where).values({key.parent: None}))
    elif key.ondelete is None:
        # Also sees rows that another transaction has added while this one waited for the row.
        referring = select(model.id).where(*where).limit(1).with_for_update(read=True)
        if await db.scalar(referring) is not None:
            raise Conflict("Other data refers to this.")
