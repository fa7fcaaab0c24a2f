from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from time import monotonic
from uuid import uuid4

import pytest
from anyio import Event, create_task_group
from fastapi import APIRouter, FastAPI, Response
from httpx2 import AsyncClient
from pydantic import SecretStr

from app.api.cache import cached, forgets
from app.exceptions import ServiceUnavailable
from tests.redis import NO_REDIS
from tests.servers import Serve

PROBE = "/api/v1/probe"


@dataclass
class Probe:
    """A value, and how often it was read."""

    tag: str = field(default_factory=lambda: uuid4().hex)
    value: str = "old"
    reads: int = 0
    broken: bool = False
    asked: Event = field(default_factory=Event)
    go: Event | None = None


@pytest.fixture
def probe(app: FastAPI) -> Probe:
    """Return what a route of the test's own shows and changes."""
    probe = Probe()
    routes = APIRouter(prefix=PROBE, dependencies=[forgets(lambda: probe.tag)])

    @routes.get("")
    @cached(lambda: probe.tag, str)
    async def read_probe(response: Response) -> str:
        response.set_cookie("mine", "alone")
        probe.reads += 1
        value = probe.value
        probe.asked.set()
        if probe.broken:
            raise ServiceUnavailable
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


async def test_next_release_computes_anew(app: FastAPI, client: AsyncClient, probe: Probe) -> None:
    await read(client)
    app.router.routes.pop()
    routes = APIRouter(prefix=PROBE)

    @routes.get("")
    @cached(lambda: probe.tag, list[str])
    async def read_probes() -> list[str]:
        return [probe.value]

    app.include_router(routes)

    assert (await client.get(PROBE)).json() == ["old"]


async def test_errors_and_cookies_are_not_kept(client: AsyncClient, probe: Probe) -> None:
    probe.broken = True
    failed = await client.get(PROBE)
    probe.broken = False
    fresh, kept = await client.get(PROBE), await client.get(PROBE)

    assert (failed.status_code, fresh.status_code, kept.status_code) == (503, 200, 200)
    assert ("Set-Cookie" in fresh.headers, "Set-Cookie" in kept.headers) == (True, False)
    assert kept.headers["Cache-Control"] == "no-store"
    assert probe.reads == 2


@pytest.mark.parametrize(("later", "reads"), [(30, 1), (61, 2)])
async def test_answer_is_kept_for_a_minute(
    serve: Serve, probe: Probe, monkeypatch: pytest.MonkeyPatch, later: int, reads: int
) -> None:
    async with serve() as client:
        await read(client)
        monkeypatch.setattr("app.core.cache.monotonic", lambda: monotonic() + later)
        await read(client)

    assert probe.reads == reads


async def test_everything_is_computed_while_redis_is_down(
    serve: Serve, probe: Probe, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve(redis_url=NO_REDIS) as client:
        assert await read(client) == "old"
        await client.put(f"{PROBE}/new")
        assert await read(client) == "new"

    assert caplog.text.count("nothing is cached") == 1
