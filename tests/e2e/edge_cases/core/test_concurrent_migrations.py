# Needs app/models/entity.py tests/database.py tests/postgres.py
import asyncio
import os
import sys
from pathlib import Path

from app.config import Settings
from tests.database import temporary_database

ROOT = Path(__file__).parents[2]


async def upgrade(url: str) -> tuple[int | None, str]:
    variables = {
        "ENVIRONMENT": "test",
        "DATABASE_URL": url,
        "SECRET_KEY": "k" * 48,
        "PATH": os.environ["PATH"],
    }
    command = (sys.executable, "-m", "alembic", "upgrade", "head")
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=variables, stderr=asyncio.subprocess.PIPE
    )
    errors = (await process.communicate())[1].decode()
    return process.returncode, errors[-500:]


def test_migrations_that_run_at_the_same_time_succeed(settings: Settings) -> None:
    server = settings.database_url.get_secret_value()

    async def upgrade_at_once(url: str) -> list[tuple[int | None, str]]:
        return await asyncio.gather(*[upgrade(url) for _ in range(3)])

    with temporary_database(server) as url:
        results = asyncio.run(upgrade_at_once(url))

    assert [code for code, _ in results] == [0, 0, 0], results
