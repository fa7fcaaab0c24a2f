# Needs tests/postgres.py
from asyncio import sleep

from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.core.database import create_engine

CLOSE_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def test_connection_that_the_server_has_closed_is_replaced(
    client: AsyncClient, engine: AsyncEngine, settings: Settings
) -> None:
    other = create_engine(settings)
    async with engine.connect() as one, engine.connect() as two:
        for connection in (one, two):
            await connection.execute(text("SELECT 1"))

    async with other.connect() as connection:
        await connection.execute(CLOSE_OTHERS)
    await other.dispose()
    await sleep(0.2)

    for _ in range(3):
        assert (await client.get("/health/ready")).status_code == 204
