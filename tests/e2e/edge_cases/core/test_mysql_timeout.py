# Needs tests/core/test_sqlite.py app/models/entity.py
import os

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.config import Settings
from app.core.database import create_engine, is_transient

SLOW = """
SELECT count(*) FROM information_schema.columns a, information_schema.columns b,
information_schema.columns c, information_schema.columns d
"""
pytestmark = pytest.mark.skipif("TEST_DATABASE_URL" not in os.environ, reason="needs a server")


async def test_slow_statement_is_cancelled(settings: Settings) -> None:
    short_timeout = {"database_statement_timeout_seconds": 0.2}
    engine = create_engine(settings.model_copy(update=short_timeout))
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError) as error:
            await connection.execute(text(SLOW))
    await engine.dispose()

    assert is_transient(error.value)
