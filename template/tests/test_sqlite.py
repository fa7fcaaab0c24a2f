from pydantic import SecretStr
from sqlalchemy import text

from app.config import Settings
from app.core.database import create_engine


async def test_sqlite_enforces_foreign_keys_where_the_tests_run_on_it(settings: Settings) -> None:
    url = SecretStr("sqlite+aiosqlite://")
    engine = create_engine(settings.model_copy(update={"database_url": url}))

    async with engine.connect() as connection:
        assert await connection.scalar(text("PRAGMA foreign_keys")) == 1
    await engine.dispose()
