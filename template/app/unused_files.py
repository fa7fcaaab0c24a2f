"""Stored files that no row has: `uv run app unused-files`."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.config import get_settings
from app.core.storage import FOLDER
from app.core.stored_files import StoredFileType
from app.dependencies import AppState
from app.exceptions import AppError
from app.factory import open_state
from app.models import Base

MIN_AGE = timedelta(days=1)  # the row of a new file may not be committed yet


def unused_files(
    *, delete: Annotated[bool, typer.Option("--delete", help="Delete them.")] = False
) -> None:
    """Count the stored files that no row has; with --delete, delete them."""
    try:
        count = asyncio.run(count_unused_files(delete=delete))
    except (AppError, OSError, SQLAlchemyError) as error:
        typer.echo(f"See `app check`: {type(error).__name__}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"Unused files{' deleted' if delete else ''}: {count}")


async def count_unused_files(*, delete: bool) -> int:
    """Return the number of unused files, and delete them if that is wanted."""
    async with open_state(get_settings()) as state:
        keys = await find_unused_keys(state)
        if delete:
            await state.storage.delete(*keys)
    return len(keys)


async def find_unused_keys(state: AppState) -> list[str]:
    """Return the keys of the files that no column of type `StoredFileType` has.

    The files are listed before the rows are read, so that a file whose row comes meanwhile is kept.
    Columns are selected instead of models, so that no condition of a model hides a row.
    """
    keys = await state.storage.list_older(FOLDER, datetime.now(UTC) - MIN_AGE)
    used: set[str] = set()
    async with state.sessionmaker() as db:
        for mapper in Base.registry.mappers:
            for column in mapper.columns:
                if isinstance(column.type, StoredFileType):
                    files = await db.stream_scalars(select(column).where(column.is_not(None)))
                    used.update([file.key async for file in files])
    return [key for key in keys if key not in used]
