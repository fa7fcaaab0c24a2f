from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import text

from app.config import Settings
from app.core.database import create_engine
from app.core.local_postgres import provide_database


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """Yield a folder for the data of a local server.

    It is not below `tmp_path`: each run of pytest closes that folder to the system user that the
    server has when root starts it.
    """
    with TemporaryDirectory() as parent:
        path = Path(parent) / "var" / "postgres"
        monkeypatch.setattr("app.core.local_postgres.FOLDER", path)
        yield path


@pytest.fixture
def unset(settings: Settings, folder: Path) -> Settings:
    """Return settings without a database, whose local server would be in a folder of the test."""
    return settings.model_copy(update={"database_url": SecretStr("")})


async def test_server_runs_as_long_as_it_is_used(unset: Settings, folder: Path) -> None:
    running = folder / "postmaster.pid"

    with provide_database(unset) as first, provide_database(unset) as second:
        engine = create_engine(first)
        async with engine.connect() as connection:
            assert await connection.scalar(text("SELECT 1")) == 1
        await engine.dispose()
        assert first.database_url == second.database_url
        assert running.exists()

    assert not running.exists()


def test_url_of_another_server_is_used(settings: Settings) -> None:
    with provide_database(settings) as unchanged:
        assert unchanged is settings


def test_without_the_development_dependencies_a_url_is_required(
    unset: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.local_postgres.PACKAGE", "missing")

    with pytest.raises(SystemExit, match="DATABASE_URL is not set"), provide_database(unset):
        pass


def test_production_rejects_a_missing_url(settings: Settings) -> None:
    production = {"environment": "production", "database_url": ""}

    with pytest.raises(ValidationError, match="DATABASE_URL is not set"):
        Settings.model_validate(settings.model_dump() | production)
