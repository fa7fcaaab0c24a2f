from alembic import command
from alembic.config import Config
from anyio import to_thread

from app.config import Settings
from tests.servers import Serve, refusal


async def test_development_migrates_when_it_starts(serve: Serve, alembic: Config) -> None:
    await to_thread.run_sync(command.downgrade, alembic, "base")

    async with serve(migrate_on_start=True):
        await to_thread.run_sync(command.check, alembic)


def test_production_refuses_to_migrate_when_it_starts(settings: Settings) -> None:
    changes = {"environment": "production", "migrate_on_start": True}

    assert "MIGRATE_ON_START" in refusal(settings, **changes)
