"""Temporary databases for tests."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine


@contextmanager
def temporary_database(server: str) -> Generator[str]:
    """Create an empty database on this server, yield its URL, and drop it."""
    url = make_url(server)
    name = f"{url.database}_{uuid4().hex}"
    asyncio.run(execute(server, f"CREATE DATABASE {name}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        asyncio.run(execute(server, f"DROP DATABASE {name}"))


async def execute(url: str, *statements: str) -> None:
    """Run statements outside of any transaction."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()
