"""Answers that were computed before, kept in Redis or else in this process."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core.redis import Outage

VERSION_SECONDS = 24 * 60 * 60
LARGEST_ANSWER = 100_000  # bytes
MOST_VALUES = 1000  # in this process


class Memory:
    """Keeps values in this process as Redis would; the oldest go first."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[float, bytes]] = {}

    async def get(self, name: str) -> bytes | None:
        """Return a value, unless its time is over."""
        expires, value = self._values.get(name, (0.0, None))
        return value if monotonic() < expires else None

    async def set(self, name: str, value: bytes, ex: int) -> None:
        """Keep a value for some seconds."""
        self._values.pop(name, None)
        if len(self._values) >= MOST_VALUES:
            del self._values[next(iter(self._values))]
        self._values[name] = monotonic() + ex, value

    async def delete(self, name: str) -> None:
        """Forget a value."""
        self._values.pop(name, None)


class Cache:
    """Answers, each with a tag; while Redis is down, every answer is computed.

    Each tag has a version, and an answer counts only under the version that was there before it was
    computed. So what a slow reader stores after a change is as forgotten as what was there before.
    """

    def __init__(self, redis: Redis | None) -> None:
        self._store = Memory() if redis is None else redis
        self._outage = Outage("nothing is cached")

    async def remember(
        self, tag: str, key: str, seconds: int, compute: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        """Return the answer that is stored, or compute and store it."""
        try:
            version = await self._store.get(f"cache:{tag}")
            if not isinstance(version, bytes):
                version = uuid4().bytes
                await self._store.set(f"cache:{tag}", version, ex=VERSION_SECONDS)
            name = f"cache:{version.hex()}:{key}"
            known = await self._store.get(name)
        except RedisError as error:
            self._outage.report(error)
            return await compute()
        if isinstance(known, bytes):
            return known
        answer = await compute()
        if len(answer) <= LARGEST_ANSWER:
            with suppress(RedisError):
                await self._store.set(name, answer, ex=seconds)
        return answer

    async def forget(self, tag: str) -> None:
        """Forget all answers with a tag; those that are being computed, too."""
        try:
            await self._store.delete(f"cache:{tag}")
        except RedisError as error:
            self._outage.report(error)
