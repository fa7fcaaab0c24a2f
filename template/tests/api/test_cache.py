from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from anyio import Event, create_task_group
from fastapi import APIRouter, FastAPI
from httpx2 import AsyncClient
from pydantic import SecretStr

from app.api.cache import cached, forgets
from tests.redis import NO_REDIS
from tests.servers import Serve

PROBE = "/api/v1/probe"


@dataclass
class Probe:
    """A value, and how often it was read."""

    tag: str = field(default_factory=lambda: uuid4().hex)
    value: str = "old"
    reads: int = 0
    asked: Event = field(default_factory=Event)
    go: Event | None = None


@pytest.fixture
def probe(app: FastAPI) -> Probe:
    """Return what a route of the test's own shows and changes."""
    probe = Probe()
    routes = APIRouter(prefix=PROBE, dependencies=[forgets(lambda: probe.tag)])

    @routes.get("")
    @cached(lambda: probe.tag, str)
    async def read_probe() -> str:
        probe.reads += 1
        value = probe.value
        probe.asked.set()
        if probe.go:
            await probe.go.wait()
        return value

    @routes.put("/{value}")
    async def change_probe(value: str) -> None:
        probe.value = value

    app.include_router(routes)
    return probe


@pytest.fixture(params=["process", "redis"])
async def client(
    request: pytest.FixtureRequest, serve: Serve, redis_url: SecretStr, probe: Probe
) -> AsyncGenerator[AsyncClient]:
    """Yield a client of an application that keeps answers in its process, or in Redis."""
    url = redis_url if request.param == "redis" else SecretStr("")
    async with serve(redis_url=url) as client:
        yield client


async def read(client: AsyncClient, query: str = "") -> str:
    answer: str = (await client.get(PROBE + query)).json()
    return answer


async def test_each_answer_is_kept_until_a_change(client: AsyncClient, probe: Probe) -> None:
    for query in ("", "?a=1", "?a=2"):
        assert [await read(client, query), await read(client, query)] == ["old", "old"]
    assert probe.reads == 3

    await client.put(f"{PROBE}/new")

    assert [await read(client), await read(client, "?a=1")] == ["new", "new"]


async def test_answer_from_before_a_change_is_not_kept(client: AsyncClient, probe: Probe) -> None:
    probe.go = Event()

    async with create_task_group() as tasks:
        tasks.start_soon(read, client)
        await probe.asked.wait()
        await client.put(f"{PROBE}/new")
        probe.go.set()

    assert await read(client) == "new"


async def test_everything_is_computed_while_redis_is_down(
    serve: Serve, probe: Probe, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve(redis_url=NO_REDIS) as client:
        assert await read(client) == "old"
        await client.put(f"{PROBE}/new")
        assert await read(client) == "new"

    assert caplog.text.count("nothing is cached") == 1
