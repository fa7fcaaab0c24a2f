from uuid import uuid4

import pytest
from anyio import Event, create_task_group, fail_after
from pydantic import SecretStr
from redis.asyncio import Redis

from app.core.cache import Cache, Memory


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


async def test_many_who_ask_a_process_at_once_make_one_computation() -> None:
    cache, answer = Cache(None), Answer(b"42")

    async with create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(cache.remember, "tag", "key", 60, answer.compute)

    assert answer.computed == 1


@pytest.mark.parametrize("shared", [False, True])
async def test_who_waits_too_long_computes_too(
    redis_url: SecretStr, monkeypatch: pytest.MonkeyPatch, *, shared: bool
) -> None:
    monkeypatch.setattr("app.core.cache.LONGEST_WAIT", 0.01)
    answer, key = Answer(b"42", awaited=2), uuid4().hex

    async with Redis.from_url(redis_url.get_secret_value()) as redis:
        one = Cache(redis if shared else None)
        with fail_after(10):
            async with create_task_group() as tasks:
                for cache in (one, Cache(redis) if shared else one):
                    tasks.start_soon(cache.remember, key, key, 60, answer.compute)

    assert answer.computed == 2


async def test_large_answers_are_not_kept() -> None:
    cache, answer = Cache(None), Answer(b"x" * 200_000)

    for _ in range(2):
        assert await cache.remember("tag", "key", 60, answer.compute) == answer.text

    assert answer.computed == 2


async def test_process_keeps_the_latest_values_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.cache.MOST_VALUES", 2)
    memory = Memory()

    for name in "abc":
        await memory.set(name, b"", ex=60)
    await memory.set("c", b"new", ex=60, nx=True)

    assert [await memory.get(name) for name in "abc"] == [None, b"", b""]
