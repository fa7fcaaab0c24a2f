"""A Redis server that tests share: a real one, or one in this process."""

import os
import socket
from collections.abc import Generator
from contextlib import suppress
from threading import Thread

import pytest
from fakeredis import TcpFakeServer
from pydantic import SecretStr

NO_REDIS = SecretStr("redis://127.0.0.1:1/2")


def find_redis() -> str:
    """Return the URL of a real server: the one that is named, else one that answers here."""
    if url := os.environ.get("TEST_REDIS_URL"):
        return url
    with suppress(OSError), socket.create_connection(("127.0.0.1", 6379), timeout=1):
        return "redis://127.0.0.1:6379/2"
    return "fakeredis"


REAL_OR_FAKE = find_redis()


@pytest.fixture(scope="session", params=[REAL_OR_FAKE])
def redis_url() -> Generator[SecretStr]:
    """Yield the URL of a Redis server; the name of the test says whether it is a real one."""
    if REAL_OR_FAKE != "fakeredis":
        yield SecretStr(REAL_OR_FAKE)
        return
    with TcpFakeServer(("127.0.0.1", 0)) as server:
        Thread(target=server.serve_forever).start()
        yield SecretStr(f"redis://127.0.0.1:{server.server_address[1]}/2")
        server.shutdown()
