import pytest
from alembic import command
from alembic.config import Config
from anyio import to_thread
from asgi_lifespan import LifespanManager
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from app.config import Settings
from app.factory import create_app


async def test_development_migrates_when_it_starts(settings: Settings, alembic: Config) -> None:
    await to_thread.run_sync(command.downgrade, alembic, "base")
    app = create_app(settings.model_copy(update={"migrate_on_start": True}))

    async with LifespanManager(app):
        await to_thread.run_sync(command.check, alembic)


async def test_application_starts_even_when_it_cannot_migrate(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("connect", {}, ConnectionRefusedError())

    monkeypatch.setattr(command, "upgrade", fail)
    app = create_app(settings.model_copy(update={"migrate_on_start": True}))

    with capture_logs() as logs:
        async with LifespanManager(app):
            pass

    assert "the database was not migrated" in [line["event"] for line in logs]


def test_production_refuses_to_migrate_when_it_starts(settings: Settings) -> None:
    values = settings.model_dump() | {"environment": "production", "migrate_on_start": True}

    with pytest.raises(ValidationError, match="MIGRATE_ON_START"):
        Settings.model_validate(values)
