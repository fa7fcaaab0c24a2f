# Needs tests/test_sqlite.py app/models/entity.py
import os

import pytest
from sqlalchemy import FromClause, func, literal, select, true, union_all
from sqlalchemy.exc import DBAPIError

from app.config import Settings
from app.core.database import create_engine, is_transient

pytestmark = pytest.mark.skipif("TEST_DATABASE_URL" not in os.environ, reason="needs a server")


async def test_slow_statement_is_cancelled(settings: Settings) -> None:
    short_timeout = {"database_statement_timeout_seconds": 0.2}
    engine = create_engine(settings.model_copy(update=short_timeout))
    rows = union_all(*(select(literal(number).label("number")) for number in range(5)))
    first, *others = (rows.subquery() for _ in range(14))
    joined: FromClause = first
    for other in others:
        joined = joined.join(other, true())

    async with engine.connect() as connection:
        with pytest.raises(DBAPIError) as error:
            await connection.execute(select(func.count()).select_from(joined))
    await engine.dispose()

    assert is_transient(error.value)
