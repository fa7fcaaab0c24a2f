"""The PostgreSQL server of the tests, which does not have to be installed."""

import os
from collections.abc import Generator
from contextlib import contextmanager

from app.core.local_postgres import local_server


@contextmanager
def open_server() -> Generator[str]:
    """Yield TEST_DATABASE_URL, or the URL of the server for development in `var/postgres`."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with local_server() as url:
        yield url
