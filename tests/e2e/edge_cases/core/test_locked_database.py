# Needs tests/test_sqlite.py app/models/entity.py
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.database import is_transient


async def test_only_locks_of_sqlite_are_transient(engine: AsyncEngine) -> None:
    async with engine.connect() as writer, engine.connect() as waiting:
        await writer.exec_driver_sql("BEGIN IMMEDIATE")
        await waiting.exec_driver_sql("PRAGMA busy_timeout=10")
        with pytest.raises(OperationalError) as locked:
            await waiting.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError) as missing:
            await waiting.execute(text("SELECT * FROM missing"))
        await waiting.exec_driver_sql("PRAGMA busy_timeout=5000")

    assert is_transient(locked.value)
    assert not is_transient(missing.value)
