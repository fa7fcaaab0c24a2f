from collections.abc import AsyncGenerator
from uuid import uuid4

import pytest
from anyio import Event, create_task_group, fail_after
from pydantic import SecretStr
from redis.asyncio import Redis

from app.core.cache import ResponseCache


class Computation:
    """Counts its calls, which wait for each other until the expected number has started."""

    def __init__(self, value: bytes, expected_calls: int = 1) -> None:
        self.value, self.expected_calls, self.calls = value, expected_calls, 0
        self.all_started = Event()

    async def __call__(self) -> bytes:
        self.calls += 1
        if self.calls == self.expected_calls:
            self.all_started.set()
        await self.all_started.wait()
        return self.value


@pytest.fixture(params=["memory", "redis"])
async def caches(
    request: pytest.FixtureRequest, redis_url: SecretStr
) -> AsyncGenerator[tuple[ResponseCache, ResponseCache]]:
    """Yield the caches of two server processes, or the same cache twice without Redis."""
    async with Redis.from_url(redis_url.get_secret_value()) as redis:
        first = ResponseCache(redis if request.param == "redis" else None, "tests")
        yield first, ResponseCache(redis, "tests") if request.param == "redis" else first


@pytest.mark.parametrize(("wait_seconds", "calls"), [(5, 1), (0.01, 2)])
async def test_concurrent_calls_wait_for_one_computation_for_a_limited_time(
    caches: tuple[ResponseCache, ResponseCache],
    monkeypatch: pytest.MonkeyPatch,
    wait_seconds: float,
    calls: int,
) -> None:
    monkeypatch.setattr("app.core.cache.LOCK_WAIT_SECONDS", wait_seconds)
    compute, tag = Computation(b"42", expected_calls=calls), uuid4().hex

    with fail_after(10):
        async with create_task_group() as tasks:
            for cache in caches:
                tasks.start_soon(cache.get_or_set, tag, "key", 60, compute)

    assert compute.calls == calls
    await caches[0].invalidate(tag)
    await caches[1].get_or_set(tag, "key", 60, compute)
    assert compute.calls == calls + 1
