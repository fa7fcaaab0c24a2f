from collections.abc import AsyncGenerator
from uuid import uuid4

import pytest
from anyio import Event, create_task_group, fail_after
from pydantic import SecretStr
from redis.asyncio import Redis

from app.core.cache import Cache


class Answer:
    """Counts how often it is computed; each computation waits until the one that is awaited."""

    def __init__(self, text: bytes, awaited: int = 1) -> None:
        self.text, self.awaited, self.computed, self.go = text, awaited, 0, Event()

    async def compute(self) -> bytes:
        self.computed += 1
        if self.computed == self.awaited:
            self.go.set()
        await self.go.wait()
        return self.text


@pytest.fixture(params=["process", "redis"])
async def caches(
    request: pytest.FixtureRequest, redis_url: SecretStr
) -> AsyncGenerator[tuple[Cache, Cache]]:
    """Yield the caches of two servers, or twice that of one which has no Redis."""
    async with Redis.from_url(redis_url.get_secret_value()) as redis:
        one = Cache(redis if request.param == "redis" else None, "tests")
        yield one, Cache(redis, "tests") if request.param == "redis" else one


@pytest.mark.parametrize(("patience", "computed"), [(5, 1), (0.01, 2)])
async def test_of_many_who_ask_at_once_one_computes_and_nobody_waits_for_ever(
    caches: tuple[Cache, Cache], monkeypatch: pytest.MonkeyPatch, patience: float, computed: int
) -> None:
    monkeypatch.setattr("app.core.cache.LONGEST_WAIT", patience)
    answer, key = Answer(b"42", awaited=computed), uuid4().hex

    with fail_after(10):
        async with create_task_group() as tasks:
            for cache in caches:
                tasks.start_soon(cache.remember, key, key, 60, answer.compute)

    assert answer.computed == computed
    await caches[0].forget(key)
    await caches[1].remember(key, key, 60, answer.compute)
    assert answer.computed == computed + 1
