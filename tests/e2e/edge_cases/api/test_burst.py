# Needs app/api/rate_limit.py
from asyncio import gather
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from tests.api.test_rate_limit import PROBE, app
from tests.servers import Serve

__all__ = ["app"]


async def test_concurrent_requests_are_all_counted(
    app: FastAPI, serve: Serve, redis_url: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TIMEOUT_SECONDS", "POOL_TIMEOUT_SECONDS"):  # the machine may be slow
        monkeypatch.setattr(f"app.core.redis.{name}", 30)
    changes: dict[str, Any] = {"redis_url": redis_url, "rate_limit": "50/day"}

    async with serve(uuid4().hex, **changes) as client:
        responses = await gather(*(client.get(PROBE) for _ in range(150)))

    assert Counter(response.status_code for response in responses) == {200: 50, 429: 100}


async def test_applications_with_different_prefixes_share_no_limits(
    app: FastAPI, serve: Serve, redis_url: SecretStr
) -> None:
    address, changes = uuid4().hex, {"redis_url": redis_url, "rate_limit": "1/day"}

    for prefix, status in (("one", 200), ("two", 200), ("one", 429)):
        async with serve(address, redis_prefix=address + prefix, **changes) as client:
            assert (await client.get(PROBE)).status_code == status
