"""Rate limits, counted in Redis, or in this process if no Redis server is configured."""

from functools import cache
from math import ceil
from time import time
from typing import Any

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter, SlidingWindowCounterRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core.redis import RedisCircuit
from app.exceptions import ServiceUnavailable, TooManyRequests

parse_limit = cache(parse)

# The sliding window counter of `limits`, which would count and read in two round trips. The key
# lives for two periods from the begin of its window. Times are in milliseconds.
SLIDING_WINDOW = """
local limit, period = tonumber(ARGV[1]), tonumber(ARGV[2])
local ttl = redis.call('PTTL', KEYS[1])
local counts = redis.call('HMGET', KEYS[1], 'previous', 'current')
local previous, current = tonumber(counts[1]) or 0, tonumber(counts[2]) or 0
if ttl <= 0 then
    previous, current, ttl = 0, 0, 2 * period
elseif ttl <= period then
    previous, current, ttl = current, 0, ttl + period
end
local left = ttl - period
local count = math.floor(previous * left / period) + current
local allowed = count < limit
if allowed then
    count, current = count + 1, current + 1
end
redis.call('HSET', KEYS[1], 'previous', previous, 'current', current)
redis.call('PEXPIRE', KEYS[1], ttl)
local reset = previous > 0 and math.min(left, left % (period / previous)) or left
return {allowed and 1 or 0, math.max(0, limit - count), math.ceil(reset)}
"""


class RateLimiter:
    """Counts requests against rate limits."""

    def __init__(self, redis: Redis | None, prefix: str) -> None:
        storage: MemoryStorage | RedisStorage = MemoryStorage()
        if redis is not None:
            pool: dict[str, Any] = {"connection_pool": redis.connection_pool}
            storage = RedisStorage("redis://", implementation="redispy", key_prefix=prefix, **pool)
        self._prefix = prefix
        self._sliding_window = redis and redis.register_script(SLIDING_WINDOW)
        self._exact = MovingWindowRateLimiter(storage)
        self._approximate = SlidingWindowCounterRateLimiter(storage)
        self._circuit = RedisCircuit("authentication fails, other requests are not limited")

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
        try:
            async with self._circuit.call():
                allowed, remaining, reset_seconds = await self._count(item, *key, exact=exact)
        except RedisError as error:
            self._circuit.report(error)
            if fail_closed:
                raise ServiceUnavailable from error
            return {}
        seconds = str(max(1, ceil(reset_seconds)))
        headers = {
            "RateLimit-Limit": str(item.amount),
            "RateLimit-Remaining": str(remaining),
            "RateLimit-Reset": seconds,
        }
        if not allowed:
            raise TooManyRequests(headers=headers | {"Retry-After": seconds})
        return headers

    async def _count(self, item: RateLimitItem, *key: str, exact: bool) -> tuple[bool, int, float]:
        """Return whether a request is allowed, how many more are, and for how many seconds."""
        if self._sliding_window and not exact:
            name = f"{self._prefix}:window:{item.key_for(*key)}"
            values = item.amount, item.get_expiry() * 1000
            allowed, remaining, reset = await self._sliding_window([name], values)
            return bool(allowed), remaining, reset / 1000
        limiter = self._exact if exact else self._approximate
        is_allowed = await limiter.hit(item, *key)
        reset_time, remaining = await limiter.get_window_stats(item, *key)
        return is_allowed, remaining, reset_time - time()
