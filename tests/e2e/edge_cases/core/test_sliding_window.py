# Needs app/core/rate_limiter.py app/core/redis.py
from collections.abc import AsyncGenerator
from typing import Any
from uuid import uuid4

import pytest
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from pydantic import SecretStr
from redis.asyncio import Redis

from app.config import Settings
from app.core.rate_limiter import RateLimiter, parse_limit
from app.core.redis import create_redis
from app.exceptions import TooManyRequests

DAY = 24 * 60 * 60


@pytest.fixture
async def redis(settings: Settings, redis_url: SecretStr) -> AsyncGenerator[Redis]:
    client = create_redis(settings.model_copy(update={"redis_url": redis_url}))
    assert client is not None
    async with client:
        yield client


async def hit(limiter: RateLimiter, limit: str) -> tuple[bool, str, str]:
    """Return whether a request is allowed, and the headers about the rest."""
    try:
        headers, allowed = await limiter.hit(limit, "client"), True
    except TooManyRequests as error:
        headers, allowed = dict(error.headers or {}), False
    return allowed, headers["RateLimit-Remaining"], headers["RateLimit-Reset"]


async def pass_time(redis: Redis, prefix: str, seconds: int) -> None:
    """Shorten the life of all keys, as time does."""
    for name in await redis.keys(f"{prefix}:*"):
        left = await redis.pttl(name) - seconds * 1000
        await (redis.pexpire(name, left) if left > 0 else redis.delete(name))


# Sixtieths of a day, long enough that a slow test changes no estimate.
@pytest.mark.parametrize("pauses", [[0, 17, 14, 23], [71, 11, 31], [59, 2, 58, 3], [131, 0, 61]])
@pytest.mark.parametrize("amount", [1, 4, 7])
async def test_requests_are_counted_as_the_library_counts_them(
    redis: Redis, amount: int, pauses: list[int]
) -> None:
    prefix = uuid4().hex
    own = RateLimiter(redis, f"{prefix}:own")
    pool: dict[str, Any] = {"connection_pool": redis.connection_pool}
    storage = RedisStorage(
        "redis://", implementation="redispy", key_prefix=f"{prefix}:library", **pool
    )
    library = SlidingWindowCounterRateLimiter(storage)
    item = parse_limit(f"{amount}/day")

    for pause in [*pauses, *pauses]:
        for _ in range(5):
            expected = await library.hit(item, "client")
            _, remaining = await library.get_window_stats(item, "client")
            allowed, own_remaining, reset = await hit(own, f"{amount}/day")
            assert (allowed, own_remaining) == (expected, str(remaining))
            assert 1 <= int(reset) <= DAY
        await pass_time(redis, prefix, pause * DAY // 60)


async def test_window_is_not_kept_longer_than_it_counts(redis: Redis) -> None:
    prefix = uuid4().hex
    limiter = RateLimiter(redis, prefix)

    assert await hit(limiter, "2/day") == (True, "1", str(DAY))
    [name] = await redis.keys(f"{prefix}:*")
    await pass_time(redis, prefix, DAY // 2)
    assert await hit(limiter, "2/day") == (True, "0", str(DAY // 2))
    assert await hit(limiter, "2/day") == (False, "0", str(DAY // 2))

    assert DAY < await redis.ttl(name) <= 1.5 * DAY
