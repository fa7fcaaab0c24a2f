"""Changes of stored files in rows."""

from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.stored_files import StoredFile
from app.crud.base import lock_rows
from app.exceptions import NotFound
from app.models.entity import Entity


async def replace_file(db: AsyncSession, row: Entity, field: str, file: StoredFile | None) -> None:
    """Set or remove the file of a row. The replaced file is deleted after the commit.

    Requests that replace the file at the same time wait for each other, so that each of them knows
    which file it replaces. Of rows with a version, the first request wins.

    Raises:
        NotFound: If the row was deleted in the meantime.
        StaleDataError: If the row has a version, and was changed or deleted in the meantime.
    """
    model = type(row)
    if inspect(model).version_id_col is None:
        if not await lock_rows(db, model, model.id == row.id):
            raise NotFound
        await db.refresh(row, [field], with_for_update=True)
    setattr(row, field, file)
    await db.flush()
