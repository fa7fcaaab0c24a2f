"""Real database servers that the environment names, one database for each test."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

VARIABLES = {"postgres": "NEWAPI_TEST_POSTGRES", "mysql": "NEWAPI_TEST_MYSQL"}
SERVERS = {kind: os.environ.get(variable, "") for kind, variable in VARIABLES.items()}
STATEMENT = """
import asyncio, sys
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

async def main(url, statement):
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()

asyncio.run(main(*sys.argv[1:]))
"""


def skip_without(kind: str) -> None:
    """Skip the test if the variable of this kind names no server that answers."""
    if not answers(SERVERS[kind]):
        pytest.skip(f"{VARIABLES[kind]} names no {kind} server that answers")


def answers(url: str) -> bool:
    """Tell whether something listens where the server should be."""
    if not url:
        return False
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port), timeout=2).close()
    except OSError:
        return False
    return True


@contextmanager
def database(kind: str, run: Callable[[list[str]], object]) -> Iterator[str]:
    """Yield the URL of a new, empty database; `run` is Python with the project's driver."""
    server = SERVERS[kind]
    name = f"newapi_{uuid4().hex}"
    run(["-c", STATEMENT, server, f"CREATE DATABASE {name}"])
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        run(["-c", STATEMENT, server, f"DROP DATABASE {name}"])
