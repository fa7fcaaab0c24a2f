"""Answers that were computed before, kept in Redis or else in this process."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from time import monotonic
from uuid import uuid4
from weakref import WeakValueDictionary

from anyio import Lock, move_on_after
from redis.asyncio import Redis
from redis.exceptions import RedisError
from typing_extensions import override

from app.core.redis import Outage

LONGEST_WAIT = 5  # seconds, for somebody else who computes the same
LONGEST_COMPUTATION = 30
TAG_SECONDS = 24 * 60 * 60
LARGEST_ANSWER = 100_000  # bytes
MOST_ANSWERS = 1000  # in this process

Found = tuple[bytes | None, bytes | None]


class Cache:
    """Answers in this process, the oldest of which go first.

    Each tag has a version, and an answer counts only under the version that was there before it was
    computed. So what a slow reader stores after a change is as forgotten as what was there before.
    """

    def __init__(self) -> None:
        self._stored: dict[str, tuple[float, bytes]] = {}
        self._locks = WeakValueDictionary[str, Lock]()

    async def remember(
        self, tag: str, key: str, seconds: int, compute: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        """Return the answer that is stored, or compute it: once for all who ask at that time."""
        version, answer = await self._find(tag, key)
        if version is None:
            return await compute()
        if answer is None:
            async with self._turn(key):
                version, answer = await self._find(tag, key)
                if answer is None:
                    answer = await compute()
                    if version and len(answer) <= LARGEST_ANSWER:
                        await self._store(key, version + answer, seconds)
        return answer

    async def forget(self, tag: str) -> None:
        """Forget all answers with a tag; those that are being computed, too."""
        self._stored.pop(f"tag:{tag}", None)

    async def _find(self, tag: str, key: str) -> Found:
        version = self._read(f"tag:{tag}")
        if version is None:
            version = uuid4().bytes
            await self._store(f"tag:{tag}", version, TAG_SECONDS)
        return version, fitting(version, self._read(key))

    async def _store(self, key: str, value: bytes, seconds: int) -> None:
        self._stored.pop(key, None)
        if len(self._stored) >= MOST_ANSWERS:
            del self._stored[next(iter(self._stored))]
        self._stored[key] = monotonic() + seconds, value

    def _read(self, key: str) -> bytes | None:
        expires, value = self._stored.get(key, (0.0, None))
        return value if monotonic() < expires else None

    @asynccontextmanager
    async def _turn(self, key: str) -> AsyncGenerator[None]:
        lock = self._locks.setdefault(key, Lock())
        mine = False
        with move_on_after(LONGEST_WAIT):
            await lock.acquire()
            mine = True
        try:
            yield
        finally:
            if mine:
                lock.release()


class SharedCache(Cache):
    """Answers in Redis, for all processes; while it is down, every answer is computed."""

    def __init__(self, redis: Redis) -> None:
        super().__init__()
        self._redis = redis
        self._outage = Outage("nothing is cached")

    @override
    async def forget(self, tag: str) -> None:
        try:
            await self._redis.delete(f"cache:tag:{tag}")
        except RedisError as error:
            self._outage.report(error)

    @override
    async def _find(self, tag: str, key: str) -> Found:
        version = uuid4().bytes
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.set(f"cache:tag:{tag}", version, nx=True, get=True, ex=TAG_SECONDS)
                pipe.get(f"cache:{key}")
                known, answer = await pipe.execute()
        except RedisError as error:
            self._outage.report(error)
            return None, None
        return known or version, fitting(known, answer)

    @override
    async def _store(self, key: str, value: bytes, seconds: int) -> None:
        with suppress(RedisError):
            await self._redis.set(f"cache:{key}", value, ex=seconds)

    @asynccontextmanager
    @override
    async def _turn(self, key: str) -> AsyncGenerator[None]:
        name, longest = f"cache:lock:{key}", LONGEST_COMPUTATION
        lock = self._redis.lock(name, longest, sleep=0.05, blocking_timeout=LONGEST_WAIT)
        async with super()._turn(key):
            with suppress(RedisError):
                await lock.acquire()
            try:
                yield
            finally:
                with suppress(RedisError):
                    await lock.release()


def fitting(version: bytes | None, value: bytes | None) -> bytes | None:
    """Return the answer in a stored value, where it was computed under this version."""
    return value.removeprefix(version) if version and value and value.startswith(version) else None
