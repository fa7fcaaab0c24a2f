"""The Redis server of the tests: a real server, or fakeredis in this process."""

import os
import socket
from collections.abc import Generator
from threading import Thread

import pytest
from fakeredis import TcpFakeServer
from pydantic import SecretStr

NO_REDIS = SecretStr("redis://127.0.0.1:1/2")
REAL_OR_FAKE = os.environ.get("TEST_REDIS_URL") or "fakeredis"


@pytest.fixture(scope="session", params=[REAL_OR_FAKE])
def redis_url() -> Generator[SecretStr]:
    """Yield the URL of the Redis server, which is part of the names of the tests."""
    if REAL_OR_FAKE != "fakeredis":
        yield SecretStr(REAL_OR_FAKE)
        return
    with TcpFakeServer(("127.0.0.1", 0)) as server:
        Thread(target=server.serve_forever).start()
        yield SecretStr(f"redis://127.0.0.1:{server.server_address[1]}/2")
        server.shutdown()


@pytest.fixture
def hanging_redis_url() -> Generator[SecretStr]:
    """Yield the URL of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield SecretStr(f"redis://127.0.0.1:{server.getsockname()[1]}/2")
