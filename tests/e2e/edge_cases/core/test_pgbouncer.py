# Needs tests/postgres.py
import os
import shutil
import socket
from asyncio import create_subprocess_exec, gather
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.core.database import create_engine

CONFIGURATION = """
[databases]
* = host={host} port={port} user={user}{password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
"""


@pytest.fixture
def configured(settings: Settings) -> Iterator[tuple[Path, str, Settings]]:
    """Yield the file of PgBouncer, the user that it runs as, and settings that name it."""
    url = make_url(settings.database_url.get_secret_value())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    socket_folder = url.query.get("host")
    values = {
        "host": socket_folder or url.host,
        "port": url.port or 5432,
        "user": url.username or "postgres",
        "password": f" password={url.password}" if url.password else "",
        "listen": port,
    }
    with TemporaryDirectory() as folder:
        file = Path(folder, "pgbouncer.ini")
        file.write_text(CONFIGURATION.format(**values))
        Path(folder).chmod(0o755)
        # PgBouncer does not run as root, and the folder of a socket belongs to its server.
        user = Path(socket_folder).owner() if isinstance(socket_folder, str) else "nobody"
        proxied = url.set(host="127.0.0.1", port=port).difference_update_query(["host"])
        secret = SecretStr(proxied.render_as_string(hide_password=False))
        changes = {"database_url": secret, "database_transaction_pooling": True}
        yield file, user, settings.model_copy(update=changes)


@pytest.fixture
async def pooled(configured: tuple[Path, str, Settings]) -> AsyncIterator[Settings]:
    """Yield settings that name PgBouncer in transaction mode, with three connections."""
    program = shutil.which("pgbouncer")
    if program is None:
        pytest.skip("PgBouncer is not installed")
    file, user, settings = configured
    process = await create_subprocess_exec(
        *(program, "-q", file), user=user if os.geteuid() == 0 else None
    )
    try:
        wait_for(make_url(settings.database_url.get_secret_value()).port or 0)
        yield settings
    finally:
        process.kill()
        await process.wait()


def wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.05)


async def double(engine: AsyncEngine, number: int) -> int:
    async with engine.begin() as connection:
        kind = number % 5  # several statements, which processes prepare in another order
        statement = text(f"SELECT CAST(:number AS int) * 2, {kind}, now(), ARRAY['a']")
        row = (await connection.execute(statement, {"number": number})).one()
        assert row[1] == kind
        return int(row[0])


async def test_processes_behind_a_pooler_in_transaction_mode_get_their_own_results(
    pooled: Settings,
) -> None:
    engines = [create_engine(pooled) for _ in range(2)]

    results = await gather(*[double(engines[number % 2], number) for number in range(200)])

    assert results == [number * 2 for number in range(200)]
    for engine in engines:
        await engine.dispose()
