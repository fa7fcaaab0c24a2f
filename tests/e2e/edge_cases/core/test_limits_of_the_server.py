# Needs tests/postgres.py app/models/entity.py
from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.config import Settings
from app.core.database import create_engine, is_transient


async def test_request_waits_for_a_connection_while_the_server_has_none(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect: Callable[..., Awaitable[object]] = asyncpg.connect
    refusals = [asyncpg.TooManyConnectionsError("too many clients")] * 3

    async def refuse(**options: object) -> object:
        if refusals:
            raise refusals.pop()
        return await connect(**options)

    monkeypatch.setattr("app.core.connections.connect", refuse)
    engine = create_engine(settings)

    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    await engine.dispose()


async def test_server_that_became_read_only_is_connected_to_anew(settings: Settings) -> None:
    engine = create_engine(settings)
    async with engine.connect() as connection:
        before = await connection.scalar(text("SELECT pg_backend_pid()"))
        await connection.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
        await connection.commit()

    async with engine.connect() as connection:
        with pytest.raises(DBAPIError) as error:
            await connection.execute(text("CREATE TABLE created (id int)"))
    async with engine.connect() as connection:
        after = await connection.scalar(text("SELECT pg_backend_pid()"))

    assert is_transient(error.value)
    assert before != after
    await engine.dispose()
