# Needs tests/core/test_sqlite.py app/models/entity.py
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.config import Settings
from app.core.database import create_engine, is_transient


async def test_only_locks_of_sqlite_are_transient(settings: Settings, tmp_path: Path) -> None:
    url = SecretStr(f"sqlite+aiosqlite:///{tmp_path}/test.db")
    engine = create_engine(settings.model_copy(update={"database_url": url}))

    async with engine.connect() as writer, engine.connect() as waiting:
        await writer.exec_driver_sql("BEGIN IMMEDIATE")
        await waiting.exec_driver_sql("PRAGMA busy_timeout=10")
        with pytest.raises(OperationalError) as locked:
            await waiting.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError) as missing:
            await waiting.execute(text("SELECT * FROM missing"))
    await engine.dispose()

    assert is_transient(locked.value)
    assert not is_transient(missing.value)
