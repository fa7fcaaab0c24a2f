from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from anyio import Event, create_task_group, sleep
from fastapi import APIRouter, Response
from httpx2 import AsyncClient
from pydantic import SecretStr

from app.api.cache import cached, forgets
from app.api.v1.api import router
from app.config import Settings
from app.exceptions import ServiceUnavailable
from tests.servers import serve

PROBE = "/api/v1/probe"


@dataclass
class Probe:
    """A value, and how often it was read."""

    value: str = "old"
    reads: int = 0
    broken: bool = False
    slow: bool = False
    asked: Event = field(default_factory=Event)
    go: Event = field(default_factory=Event)


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Probe:
    """Return what a route of the test's own shows and changes."""
    probe, tag = Probe(), uuid4().hex
    routes = APIRouter(prefix="/probe", dependencies=[forgets(lambda: tag)])

    @routes.get("")
    @cached(lambda: tag, str, seconds=1000)
    async def read_probe(response: Response) -> str:
        response.set_cookie("mine", "alone")
        probe.reads += 1
        value = probe.value
        probe.asked.set()
        if probe.broken:
            raise ServiceUnavailable
        if probe.slow:
            await probe.go.wait()
        return value

    @routes.put("/{value}")
    async def change_probe(value: str) -> None:
        probe.value = value

    monkeypatch.setattr(router, "routes", [*router.routes])
    router.include_router(routes)
    return probe


@pytest.fixture(params=["process", "redis"])
def store(request: pytest.FixtureRequest, redis_url: SecretStr) -> SecretStr:
    """Return the URL of Redis, or none for what a process keeps itself."""
    return redis_url if request.param == "redis" else SecretStr("")


async def read(client: AsyncClient, query: str = "") -> str:
    answer: str = (await client.get(PROBE + query)).json()
    return answer


async def test_answer_is_computed_once_for_each_question(
    settings: Settings, store: SecretStr, probe: Probe
) -> None:
    async with serve(settings, redis_url=store) as client:
        for query in ("", "?a=1&b=2", "?b=2&a=1", "?a=2"):
            assert [await read(client, query), await read(client, query)] == ["old", "old"]

    assert probe.reads == 3


async def test_change_makes_all_answers_obsolete(
    settings: Settings, store: SecretStr, probe: Probe
) -> None:
    async with serve(settings, redis_url=store) as client:
        assert [await read(client), await read(client, "?a=1")] == ["old", "old"]
        await client.put(f"{PROBE}/new")

        assert [await read(client), await read(client, "?a=1")] == ["new", "new"]


async def test_answer_from_before_a_change_is_not_kept(
    settings: Settings, store: SecretStr, probe: Probe
) -> None:
    probe.slow = True

    async with serve(settings, redis_url=store) as client, create_task_group() as tasks:
        tasks.start_soon(read, client)
        await probe.asked.wait()
        await client.put(f"{PROBE}/new")
        probe.go.set()

        assert await read(client) == "new"


async def test_many_who_ask_at_once_make_one_computation(
    settings: Settings, redis_url: SecretStr, probe: Probe
) -> None:
    probe.slow = True

    async with (
        serve(settings, redis_url=redis_url) as one,
        serve(settings, redis_url=redis_url) as two,
        create_task_group() as tasks,
    ):
        for client in (one, two) * 10:
            tasks.start_soon(read, client)
        await sleep(0.1)
        probe.go.set()

    assert probe.reads == 1


async def test_errors_and_cookies_are_not_kept(
    settings: Settings, store: SecretStr, probe: Probe
) -> None:
    probe.broken = True

    async with serve(settings, redis_url=store) as client:
        failed = await client.get(PROBE)
        probe.broken = False
        fresh, kept = await client.get(PROBE), await client.get(PROBE)

    assert (failed.status_code, fresh.status_code, kept.status_code) == (503, 200, 200)
    assert ("Set-Cookie" in fresh.headers, "Set-Cookie" in kept.headers) == (True, False)
    assert kept.headers["Cache-Control"] == "no-store"
    assert probe.reads == 2
