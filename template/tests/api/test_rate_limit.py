from time import perf_counter
from typing import Any
from uuid import uuid4

import pytest
from fastapi import APIRouter, Depends, FastAPI
from httpx2 import AsyncClient
from pydantic import SecretStr
from structlog.testing import capture_logs

from app.api.rate_limit import rate_limit
from app.api.v1.api import router
from app.config import Settings
from app.core.redis import TIMEOUT_SECONDS
from tests.problems import error_detail, is_problem
from tests.redis_server import NO_REDIS
from tests.servers import Serve, settings_error

PROBE = "/api/v1/probe"


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """Add two routes with the dependencies of the API; the second has its own limit."""
    v1 = APIRouter(prefix=PROBE, dependencies=router.dependencies, responses=router.responses)

    @v1.get("")
    async def read_probe() -> str:
        return "pong"

    @v1.get("/slow", dependencies=[Depends(rate_limit("1/day"))])
    async def read_slow_probe() -> str:
        return "pong"

    app.include_router(v1)
    return app


async def get_statuses(client: AsyncClient, *, times: int, path: str = PROBE) -> list[int]:
    return [(await client.get(path)).status_code for _ in range(times)]


@pytest.mark.parametrize("limit", ["100", "0/minute", "10/second;100/minute", "100/fortnight"])
def test_limit_is_one_rate(settings: Settings, limit: str) -> None:
    assert "must be one rate limit such as 100/minute" in settings_error(settings, rate_limit=limit)


async def test_response_above_the_limit_tells_when_to_retry(serve: Serve) -> None:
    async with serve(rate_limit="2/day") as client:
        first = await client.get(PROBE, headers={"Origin": "https://app.example.com"})
        await client.get(PROBE)
        rejected = await client.get(PROBE)

    assert (first.status_code, rejected.status_code) == (200, 429)
    assert first.headers["RateLimit-Limit"] == "2"
    assert first.headers["RateLimit-Remaining"] == "1"
    assert "RateLimit-Remaining" in first.headers["Access-Control-Expose-Headers"]
    assert rejected.headers["RateLimit-Remaining"] == "0"
    assert int(rejected.headers["Retry-After"]) == int(rejected.headers["RateLimit-Reset"]) > 0
    assert is_problem(rejected)
    assert error_detail(rejected) == "Too many requests. Try again later."


async def test_clients_are_counted_separately(serve: Serve) -> None:
    calls = {"2001:db8::1": 200, "2001:db8::2": 429, "2001:db8:0:1::1": 200, "192.0.2.2": 200}
    async with serve("10.0.0.1", proxy="10.0.0.1", rate_limit="1/day") as client:
        for address, status in calls.items():
            client.headers["X-Forwarded-For"] = address
            assert await get_statuses(client, times=1) == [status]


@pytest.mark.parametrize("address", ["", "192.0.2.1", "::ffff:192.0.2.1"])
async def test_forged_header_does_not_reset_the_limit(serve: Serve, address: str) -> None:
    async with serve(address, proxy="10.0.0.1", rate_limit="1/day") as client:
        assert await get_statuses(client, times=1) == [200]
        client.headers["X-Forwarded-For"] = "203.0.113.7"
        assert await get_statuses(client, times=1) == [429]


async def test_route_has_its_own_limit(serve: Serve) -> None:
    async with serve() as client:
        await client.get(f"{PROBE}/slow")
        rejected = await client.get(f"{PROBE}/slow")

        assert (rejected.status_code, rejected.headers["RateLimit-Limit"]) == (429, "1")
        assert await get_statuses(client, times=2) == [200, 200]


async def test_servers_share_limits_through_redis(serve: Serve, redis_url: SecretStr) -> None:
    address = uuid4().hex
    changes: dict[str, Any] = {"redis_url": redis_url, "rate_limit": "2/day"}

    async with serve(address, **changes) as one, serve(address, **changes) as two:
        assert await get_statuses(one, times=1) == [200]
        assert await get_statuses(two, times=2) == [200, 429]
        assert await get_statuses(one, times=1) == [429]


async def test_requests_are_not_limited_while_redis_is_down(serve: Serve) -> None:
    with capture_logs() as logs:
        async with serve(redis_url=NO_REDIS, rate_limit="1/day") as client:
            assert await get_statuses(client, times=3) == [200] * 3

    assert str(logs).count("requests are not limited") == 1


async def test_requests_hardly_wait_for_a_redis_that_hangs(
    serve: Serve, hanging_redis_url: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.redis.RETRY_SECONDS", 60)
    async with serve(redis_url=hanging_redis_url, rate_limit="1/day") as client:
        started_at = perf_counter()
        assert await get_statuses(client, times=10) == [200] * 10
        duration = perf_counter() - started_at

    assert duration < 9 * TIMEOUT_SECONDS  # only the first request waits
