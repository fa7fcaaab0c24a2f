# Needs app/models/entity.py
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine


async def test_error_of_a_statement_contains_no_values(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError) as error:
            await connection.execute(text("SELECT missing WHERE :v <> ''"), {"v": "s3cret"})

    assert "s3cret" not in str(error.value)
