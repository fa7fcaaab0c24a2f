# Needs tests/postgres.py app/models/entity.py
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.config import Settings
from app.core.database import create_engine, is_transient


async def test_cancelled_statement_is_a_transient_error(settings: Settings) -> None:
    short_timeout = {"database_statement_timeout_seconds": 0.1}
    engine = create_engine(settings.model_copy(update=short_timeout))

    async with engine.connect() as connection:
        with pytest.raises(OperationalError) as error:
            await connection.execute(text("SELECT pg_sleep(10)"))
    assert is_transient(error.value)
    await engine.dispose()
