"""Applications with settings of their own, and a Redis server that they share."""

import os
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from threading import Thread
from typing import Any

from asgi_lifespan import LifespanManager
from fakeredis import TcpFakeServer
from httpx2 import ASGITransport, AsyncClient
from pydantic import SecretStr
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.config import Settings
from app.factory import create_app

NO_REDIS = SecretStr("redis://127.0.0.1:1/2")


def find_redis() -> str:
    """Return the URL of a real server: the one that is named, else one that answers here."""
    if url := os.environ.get("TEST_REDIS_URL"):
        return url
    with suppress(OSError), socket.create_connection(("127.0.0.1", 6379), timeout=1):
        return "redis://127.0.0.1:6379/2"
    return "fakeredis"


REAL_OR_FAKE = find_redis()


@contextmanager
def open_redis() -> Generator[SecretStr]:
    """Yield the URL of a Redis server."""
    if REAL_OR_FAKE != "fakeredis":
        yield SecretStr(REAL_OR_FAKE)
        return
    with TcpFakeServer(("127.0.0.1", 0)) as server:
        Thread(target=server.serve_forever).start()
        yield SecretStr(f"redis://127.0.0.1:{server.server_address[1]}/2")
        server.shutdown()


@asynccontextmanager
async def serve(
    settings: Settings,
    address: str = "192.0.2.1",
    proxy: str | None = None,
    **changes: str | SecretStr,
) -> AsyncGenerator[AsyncClient]:
    """Yield a client of an application with changed settings, at an address of its own."""
    async with LifespanManager(create_app(settings.model_copy(update=changes))) as running:
        app: Any = running.app  # ASGI, for which Starlette and uvicorn have different types
        if proxy:
            app = ProxyHeadersMiddleware(app, trusted_hosts=proxy)
        transport = ASGITransport(app, client=(address, 1234))
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            yield client
