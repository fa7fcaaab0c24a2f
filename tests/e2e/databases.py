"""Real database servers that the environment names, one database for each test."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

VARIABLES = {"postgres": "NEWAPI_TEST_POSTGRES", "mysql": "NEWAPI_TEST_MYSQL"}
SERVERS = {kind: os.environ.get(variable, "") for kind, variable in VARIABLES.items()}
DRIVERS = {"postgres": "postgresql+psycopg", "mysql": "mysql+pymysql"}


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
def database(kind: str) -> Iterator[str]:
    """Yield the URL of a new, empty database."""
    name = f"newapi_{uuid4().hex}"
    execute(kind, f"CREATE DATABASE {name}")
    try:
        yield urlsplit(SERVERS[kind])._replace(path=f"/{name}").geturl()
    finally:
        execute(kind, f"DROP DATABASE {name}")


def execute(kind: str, statement: str) -> None:
    """Run one statement on the server, outside of transactions."""
    url = make_url(SERVERS[kind]).set(drivername=DRIVERS[kind])
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))
