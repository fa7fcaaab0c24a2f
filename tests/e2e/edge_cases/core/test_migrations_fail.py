# Needs app/core/migrations.py
import pytest
from alembic import command
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from tests.servers import Serve


async def test_application_starts_when_the_migration_fails(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("connect", {}, ConnectionRefusedError())

    monkeypatch.setattr(command, "upgrade", fail)

    with capture_logs() as logs:
        async with serve(migrate_on_start=True):
            pass

    assert "the database was not migrated" in [line["event"] for line in logs]
