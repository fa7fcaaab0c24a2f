# Needs tests/postgres.py
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.config import Settings
from app.core.database import create_engine


async def test_slow_statement_is_cancelled(settings: Settings) -> None:
    short_timeout = {"database_statement_timeout_seconds": 0.1}
    engine = create_engine(settings.model_copy(update=short_timeout))

    async with engine.connect() as connection:
        with pytest.raises(OperationalError):
            await connection.execute(text("SELECT pg_sleep(10)"))
    await engine.dispose()
