"""Rate limits, counted in Redis, or in this process if no Redis server is configured."""

from functools import cache
from math import ceil
from time import time
from typing import Any

from limits import parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter, SlidingWindowCounterRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core.redis import RedisCircuit
from app.exceptions import ServiceUnavailable, TooManyRequests

parse_limit = cache(parse)


class RateLimiter:
    """Counts requests against rate limits."""

    def __init__(self, redis: Redis | None, prefix: str) -> None:
        storage: MemoryStorage | RedisStorage = MemoryStorage()
        if redis is not None:
            pool: dict[str, Any] = {"connection_pool": redis.connection_pool}
            storage = RedisStorage("redis://", implementation="redispy", key_prefix=prefix, **pool)
        self._exact = MovingWindowRateLimiter(storage)
        self._approximate = SlidingWindowCounterRateLimiter(storage)
        self._circuit = RedisCircuit("logins fail, other requests are not limited")

    async def hit(
        self, limit: str, *key: str, exact: bool = False, fail_closed: bool = False
    ) -> dict[str, str]:
        """Count a request under this key, and return the `RateLimit-*` headers of its response.

        With `exact`, a moving window counts; otherwise the number is estimated, in less memory.
        While Redis is down, requests are not limited; with `fail_closed` they are rejected.

        Raises:
            TooManyRequests: If the limit is exceeded.
            ServiceUnavailable: If Redis is down, with `fail_closed`.
        """
        item = parse_limit(limit)
        limiter = self._exact if exact else self._approximate
        try:
            async with self._circuit.call():
                allowed = await limiter.hit(item, *key)
                reset_time, remaining = await limiter.get_window_stats(item, *key)
        except RedisError as error:
            self._circuit.report(error)
            if fail_closed:
                raise ServiceUnavailable from error
            return {}
        seconds = str(max(1, ceil(reset_time - time())))
        headers = {
            "RateLimit-Limit": str(item.amount),
            "RateLimit-Remaining": str(remaining),
            "RateLimit-Reset": seconds,
        }
        if not allowed:
            raise TooManyRequests(headers=headers | {"Retry-After": seconds})
        return headers
