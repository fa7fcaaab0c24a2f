# Needs app/models/entity.py
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import literal, select
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.models.entity import UTCDateTime


async def test_datetime_is_stored_in_utc_and_one_without_time_zone_is_rejected(
    engine: AsyncEngine,
) -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))

    async with engine.connect() as connection:
        stored = await connection.scalar(select(literal(noon, UTCDateTime)))
        with pytest.raises(StatementError, match="needs a time zone"):
            await connection.scalar(select(literal(noon.replace(tzinfo=None), UTCDateTime)))

    assert stored == datetime(2026, 1, 1, 10, tzinfo=UTC)
