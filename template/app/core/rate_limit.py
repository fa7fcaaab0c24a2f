"""Requests, counted in Redis or else in this process."""

from math import ceil
from time import time
from typing import Any

from limits import parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter, SlidingWindowCounterRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core.redis import RedisErrorLogger
from app.exceptions import ServiceUnavailable


class RateLimiter:
    """Counts the requests of each client."""

    def __init__(self, redis: Redis | None, prefix: str) -> None:
        storage: MemoryStorage | RedisStorage = MemoryStorage()
        if redis is not None:
            pool: dict[str, Any] = {"connection_pool": redis.connection_pool}
            storage = RedisStorage("redis://", implementation="redispy", key_prefix=prefix, **pool)
        self._exact = MovingWindowRateLimiter(storage)
        self._cheap = SlidingWindowCounterRateLimiter(storage)
        self._errors = RedisErrorLogger("requests are not limited")

    async def spend(self, rate: str, *key: str, strict: bool = False) -> dict[str, str]:
        """Count a request; return headers that say what is left, or none while Redis is down.

        Raises:
            ServiceUnavailable: Redis is down, and this is too dangerous to go on uncounted.
        """
        item, limiter = parse(rate), self._exact if strict else self._cheap
        try:
            allowed = await limiter.hit(item, *key)
            reset, remaining = await limiter.get_window_stats(item, *key)
        except RedisError as error:
            if strict:
                raise ServiceUnavailable from error
            self._errors.report(error)
            return {}
        seconds = str(max(1, ceil(reset - time())))
        headers = {
            "RateLimit-Limit": str(item.amount),
            "RateLimit-Remaining": str(remaining),
            "RateLimit-Reset": seconds,
        }
        return headers if allowed else headers | {"Retry-After": seconds}
