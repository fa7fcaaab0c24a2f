from typing import Any
from uuid import uuid4

import pytest
from fastapi import APIRouter, Depends, FastAPI
from httpx2 import AsyncClient
from pydantic import SecretStr

from app.api.limits import limit
from app.api.v1.api import router
from tests.redis import NO_REDIS
from tests.servers import Serve

PROBE = "/api/v1/probe"


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """Add two routes like those of version 1 of the API; the second has a limit of its own."""
    v1 = APIRouter(prefix=PROBE, dependencies=router.dependencies, responses=router.responses)

    @v1.get("")
    async def read_probe() -> str:
        return "pong"

    @v1.get("/slow", dependencies=[Depends(limit("1/day"))])
    async def read_slow_probe() -> str:
        return "pong"

    app.include_router(v1)
    return app


async def spend(client: AsyncClient, *, times: int, path: str = PROBE) -> list[int]:
    return [(await client.get(path)).status_code for _ in range(times)]


async def test_client_that_asks_too_often_is_told_when_to_come_back(serve: Serve) -> None:
    async with serve(rate_limit="2/day") as client:
        first = await client.get(PROBE, headers={"Origin": "https://app.example.com"})
        await client.get(PROBE)
        refused = await client.get(PROBE)

    assert (first.status_code, refused.status_code) == (200, 429)
    assert first.headers["RateLimit-Limit"] == "2"
    assert first.headers["RateLimit-Remaining"] == "1"
    assert "RateLimit-Remaining" in first.headers["Access-Control-Expose-Headers"]
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert int(refused.headers["Retry-After"]) == int(refused.headers["RateLimit-Reset"]) > 0
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["title"] == "Too Many Requests"


async def test_every_client_has_a_budget_of_its_own(serve: Serve) -> None:
    calls = {"2001:db8::1": 200, "2001:db8::2": 429, "2001:db8:0:1::1": 200, "192.0.2.2": 200}
    async with serve("10.0.0.1", proxy="10.0.0.1", rate_limit="1/day") as client:
        for address, status in calls.items():
            client.headers["X-Forwarded-For"] = address
            assert await spend(client, times=1) == [status]


@pytest.mark.parametrize("address", ["", "192.0.2.1", "::ffff:192.0.2.1"])
async def test_forged_header_gives_no_new_budget(serve: Serve, address: str) -> None:
    async with serve(address, proxy="10.0.0.1", rate_limit="1/day") as client:
        assert await spend(client, times=1) == [200]
        client.headers["X-Forwarded-For"] = "203.0.113.7"
        assert await spend(client, times=1) == [429]


async def test_route_may_have_a_limit_of_its_own(serve: Serve) -> None:
    async with serve() as client:
        assert await spend(client, times=2, path=f"{PROBE}/slow") == [200, 429]
        assert await spend(client, times=2) == [200, 200]


async def test_servers_share_budgets_through_redis(serve: Serve, redis_url: SecretStr) -> None:
    address = uuid4().hex
    changes: dict[str, Any] = {"redis_url": redis_url, "rate_limit": "2/day"}

    async with serve(address, **changes) as one, serve(address, **changes) as two:
        assert await spend(one, times=1) == [200]
        assert await spend(two, times=2) == [200, 429]
        assert await spend(one, times=1) == [429]


async def test_requests_pass_while_redis_is_down_and_the_log_says_it_once(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve(redis_url=NO_REDIS, rate_limit="1/day") as client:
        assert await spend(client, times=3) == [200] * 3

    assert caplog.text.count("requests are not limited") == 1
