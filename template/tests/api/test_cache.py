from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from time import perf_counter
from uuid import uuid4

import pytest
from anyio import Event, create_task_group
from fastapi import APIRouter, Depends, FastAPI, Request
from httpx2 import AsyncClient
from pydantic import SecretStr
from structlog.testing import capture_logs

from app.api.cache import CacheDep
from app.core.redis import TIMEOUT_SECONDS
from tests.redis_server import NO_REDIS
from tests.servers import Serve

URL = "/api/v1/value"


@dataclass
class Source:
    """A value that the endpoints of these tests read and change."""

    tag: str = field(default_factory=lambda: uuid4().hex)
    value: str = "old"
    reads: int = 0
    started: Event = field(default_factory=Event)
    resume: Event | None = None

    async def read(self) -> str:
        self.reads += 1
        value = self.value
        self.started.set()
        if self.resume:
            await self.resume.wait()
        return value


@pytest.fixture
def source(app: FastAPI) -> Source:
    """Return the value of endpoints that are added to the application."""
    source = Source()

    def invalidate(request: Request, cache: CacheDep) -> None:
        if request.method != "GET":
            cache.invalidate_after_commit(source.tag)

    router = APIRouter(prefix=URL, dependencies=[Depends(invalidate)])

    @router.get("")
    async def read_value(cache: CacheDep) -> str:
        return await cache.get_or_set(str, source.tag, source.read)

    @router.put("/{value}")
    async def update_value(value: str) -> None:
        source.value = value

    app.include_router(router)
    return source


@pytest.fixture(params=["memory", "redis"])
async def client(
    request: pytest.FixtureRequest, serve: Serve, redis_url: SecretStr, source: Source
) -> AsyncGenerator[AsyncClient]:
    """Yield a client of an application that caches in memory, or in Redis."""
    url = redis_url if request.param == "redis" else SecretStr("")
    async with serve(redis_url=url) as client:
        yield client


async def read(client: AsyncClient, query: str = "") -> str:
    value: str = (await client.get(URL + query)).json()
    return value


async def test_response_is_cached_per_query_until_a_change(
    client: AsyncClient, source: Source
) -> None:
    for query in ("", "?a=1", "?a=2"):
        assert [await read(client, query), await read(client, query)] == ["old", "old"]
    assert source.reads == 3

    await client.put(f"{URL}/new")

    assert [await read(client), await read(client, "?a=1")] == ["new", "new"]


async def test_response_computed_before_a_change_is_not_cached_after_it(
    client: AsyncClient, source: Source
) -> None:
    source.resume = Event()

    async with create_task_group() as tasks:
        tasks.start_soon(read, client)
        await source.started.wait()
        await client.put(f"{URL}/new")
        source.resume.set()

    assert await read(client) == "new"


async def test_responses_are_computed_while_redis_does_not_answer(
    serve: Serve, source: Source
) -> None:
    with capture_logs() as logs:
        async with serve(redis_url=NO_REDIS) as client:
            assert await read(client) == "old"
            await client.put(f"{URL}/new")
            assert await read(client) == "new"

    assert str(logs).count("responses are not cached") == 1


async def test_responses_hardly_wait_for_a_redis_that_hangs(
    serve: Serve, source: Source, hanging_redis_url: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.redis.RETRY_SECONDS", 60)
    async with serve(redis_url=hanging_redis_url) as client:
        started_at = perf_counter()
        for _ in range(10):
            assert await read(client) == "old"
        duration = perf_counter() - started_at

    assert duration < 9 * TIMEOUT_SECONDS  # only the first read waits
