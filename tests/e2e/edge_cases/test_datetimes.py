# Needs app/models/entity.py
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.models.entity import UTCDateTime

EVENTS = Table("sample_events", MetaData(), Column("at", UTCDateTime))


async def test_datetime_is_stored_in_utc_and_one_without_time_zone_is_rejected(
    engine: AsyncEngine,
) -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))

    async with engine.begin() as connection:
        await connection.run_sync(EVENTS.metadata.create_all)
        await connection.execute(insert(EVENTS).values(at=noon))
        stored = await connection.scalar(select(EVENTS.c.at))
        await connection.run_sync(EVENTS.metadata.drop_all)
        with pytest.raises(StatementError, match="needs a time zone"):
            await connection.execute(insert(EVENTS).values(at=noon.replace(tzinfo=None)))

    assert stored == datetime(2026, 1, 1, 10, tzinfo=UTC)
