"""A proxy in front of the database server, which can stop forwarding, as a broken network does."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy import URL


class Proxy:
    """Forwards connections to a server until it is told to hang."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._is_forwarding = asyncio.Event()
        self._is_forwarding.set()
        self._writers: list[asyncio.StreamWriter] = []
        self.running: set[asyncio.Future[None]] = set()

    def hang(self) -> None:
        """Accept connections and bytes, and forward nothing."""
        self._is_forwarding.clear()

    def resume(self) -> None:
        """Forward everything again."""
        self._is_forwarding.set()

    def close_connections(self) -> None:
        """Close all connections, as a server that restarts does."""
        for writer in self._writers:
            writer.close()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward a new connection."""
        self._writers.append(writer)
        self.running.add(asyncio.ensure_future(self.connect(reader, writer)))

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect to the server, and forward in both directions."""
        await self._is_forwarding.wait()
        folder, port = self._url.query.get("host"), self._url.port or 5432
        if isinstance(folder, str):
            server = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
        else:
            server = await asyncio.open_connection(self._url.host, port)
        self._writers.append(server[1])
        self.running.add(asyncio.ensure_future(self.forward(reader, server[1])))
        await self.forward(server[0], writer)

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one direction until it ends."""
        while data := await reader.read(65536):
            await self._is_forwarding.wait()
            writer.write(data)
        writer.close()


@asynccontextmanager
async def open_proxy(url: URL) -> AsyncGenerator[tuple[Proxy, URL]]:
    """Yield a proxy of this server, and the URL of the database through the proxy."""
    proxy = Proxy(url)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield proxy, url.set(host="127.0.0.1", port=port).difference_update_query(["host"])
        for forwarding in proxy.running:
            forwarding.cancel()
        await asyncio.wait(proxy.running)
        proxy.close_connections()
        await asyncio.sleep(0)  # in which the sockets are closed
