# Needs tests/setting_types/test_mysql_url.py app/models/entity.py
import os

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.config import Settings
from app.core.database import create_engine

URL = os.environ.get("TEST_DATABASE_URL", "")
pytestmark = pytest.mark.skipif(not URL.startswith("mysql"), reason="needs a server")


async def connect(settings: Settings, mode: str) -> None:
    url = f"{URL}{'&' if '?' in URL else '?'}ssl-mode={mode}"
    engine = create_engine(settings.model_copy(update={"database_url": SecretStr(url)}))
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    finally:
        await engine.dispose()


async def has_tls(settings: Settings) -> bool:
    engine = create_engine(settings.model_copy(update={"database_url": SecretStr(URL)}))
    async with engine.connect() as connection:
        row = (await connection.execute(text("SHOW VARIABLES LIKE 'have_ssl'"))).one_or_none()
    await engine.dispose()
    return row is None or row[1] == "YES"


async def test_server_without_tls_is_rejected_where_tls_is_required(settings: Settings) -> None:
    await connect(settings, "PREFERRED")
    if await has_tls(settings):
        await connect(settings, "REQUIRED")
        return
    with pytest.raises(OperationalError, match="does not offer TLS"):
        await connect(settings, "REQUIRED")
