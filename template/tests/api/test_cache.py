from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from anyio import Event, create_task_group, fail_after, sleep
from fastapi import APIRouter, Response
from httpx2 import AsyncClient
from pydantic import SecretStr

from app.api.cache import cached, forgets
from app.api.v1.api import router
from app.config import Settings
from app.exceptions import ServiceUnavailable
from tests.servers import NO_REDIS, serve

PROBE = "/api/v1/probe"


@dataclass
class Probe:
    """A value, how often it was read, and with which reader all may go on."""

    value: str = "old"
    reads: int = 0
    broken: bool = False
    awaited: int = 1
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
        if probe.reads >= probe.awaited:
            probe.go.set()
        await probe.go.wait()
        if probe.broken:
            raise ServiceUnavailable
        return value

    @routes.get("/brief")
    @cached(lambda: tag, str, seconds=1)
    async def read_briefly() -> str:
        probe.reads += 1
        return probe.value

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
    probe.awaited = 99

    async with serve(settings, redis_url=store) as client, create_task_group() as tasks:
        tasks.start_soon(read, client)
        await probe.asked.wait()
        await client.put(f"{PROBE}/new")
        probe.go.set()

        assert await read(client) == "new"


async def test_answer_expires(settings: Settings, store: SecretStr, probe: Probe) -> None:
    async with serve(settings, redis_url=store) as client:
        for _ in range(100):
            await read(client, "/brief")
            if probe.reads > 1:
                break
            await sleep(0.05)

    assert probe.reads == 2


async def test_many_who_ask_at_once_make_one_computation(
    settings: Settings, redis_url: SecretStr, probe: Probe
) -> None:
    probe.awaited = 99

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


async def test_who_waits_too_long_computes_too(
    settings: Settings, store: SecretStr, probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.cache.LONGEST_WAIT", 0.01)
    probe.awaited = 2

    async with serve(settings, redis_url=store) as client:
        with fail_after(10):
            async with create_task_group() as tasks:
                tasks.start_soon(read, client)
                tasks.start_soon(read, client)

    assert probe.reads == 2


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


async def test_everything_is_computed_while_redis_is_down(
    settings: Settings, probe: Probe, caplog: pytest.LogCaptureFixture
) -> None:
    async with serve(settings, redis_url=NO_REDIS) as client:
        assert [await read(client), await read(client)] == ["old", "old"]
        await client.put(f"{PROBE}/new")
        assert await read(client) == "new"

    assert probe.reads == 3
    assert caplog.text.count("nothing is cached") == 1


async def test_process_keeps_the_latest_answers_only(
    settings: Settings, probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.cache.MOST_ANSWERS", 2)

    async with serve(settings) as client:
        for number in (1, 2, 3, 1):
            await read(client, f"?a={number}")

    assert probe.reads == 4


async def test_large_answers_are_not_kept(settings: Settings, probe: Probe) -> None:
    probe.value = "x" * 200_000

    async with serve(settings) as client:
        assert await read(client) == await read(client) == probe.value

    assert probe.reads == 2
