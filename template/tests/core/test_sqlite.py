from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import text

from app.config import Settings
from app.core.database import create_engine


async def test_sqlite_enforces_foreign_keys(settings: Settings, tmp_path: Path) -> None:
    url = SecretStr(f"sqlite+aiosqlite:///{tmp_path}/test.db")
    engine = create_engine(settings.model_copy(update={"database_url": url}))

    async with engine.connect() as connection:
        assert await connection.scalar(text("PRAGMA foreign_keys")) == 1
    await engine.dispose()
