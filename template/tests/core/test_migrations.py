from alembic import command
from alembic.config import Config
from anyio import to_thread

from app.config import Settings
from app.core.checks import check_database
from tests.servers import Serve, settings_error


async def test_application_migrates_the_database_when_it_starts(
    serve: Serve, alembic: Config
) -> None:
    await to_thread.run_sync(command.downgrade, alembic, "base")

    async with serve(migrate_on_start=True):
        await to_thread.run_sync(command.check, alembic)


async def test_missing_revisions_are_reported(settings: Settings, alembic: Config) -> None:
    assert await check_database(settings) == []

    await to_thread.run_sync(command.downgrade, alembic, "base")
    missing = await check_database(settings)
    await to_thread.run_sync(command.upgrade, alembic, "head")

    assert [(level, "alembic upgrade head" in message) for level, message in missing] == [
        ("error", True)
    ]


def test_production_rejects_migrate_on_start(settings: Settings) -> None:
    changes = {"environment": "production", "migrate_on_start": True}

    assert "MIGRATE_ON_START" in settings_error(settings, **changes)
