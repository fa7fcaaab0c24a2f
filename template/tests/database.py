"""Temporary databases for tests."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine


@contextmanager
def temporary_database(server: str, worker: str) -> Generator[str]:
    """Create an empty database on this server, yield its URL, and drop it."""
    url = make_url(server)
    name = f"{url.database}_{worker}"
    asyncio.run(execute(server, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    asyncio.run(execute(server, f"DROP DATABASE {name}"))


async def execute(url: str, *statements: str) -> None:
    """Run statements outside of any transaction."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()
