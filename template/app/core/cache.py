"""Answers that were computed before, kept in Redis or else in this process."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from time import monotonic
from uuid import uuid4
from weakref import WeakValueDictionary

from anyio import Lock, move_on_after
from redis.asyncio import Redis
from redis.asyncio.lock import Lock as RedisLock
from redis.exceptions import RedisError

from app.core.redis import RedisErrorLogger

LONGEST_WAIT = 5  # seconds, for somebody else who computes the same
LONGEST_COMPUTATION = 30  # seconds, for which others need to know of it
VERSION_SECONDS = 24 * 60 * 60
LARGEST_ANSWER = 100_000  # bytes
MOST_VALUES = 1000  # in this process
OBSOLETE = "tags of obsolete answers"  # where a session keeps them until its end


class Memory:
    """Keeps values in this process as Redis would; the oldest go first."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[float, bytes]] = {}

    async def get(self, name: str) -> bytes | None:
        """Return a value, unless its time is over."""
        expires, value = self._values.get(name, (0.0, None))
        return value if monotonic() < expires else None

    async def set(self, name: str, value: bytes, ex: int, *, nx: bool = False) -> None:
        """Keep a value for some seconds; with `nx`, unless there is one."""
        if nx and await self.get(name) is not None:
            return
        self._values.pop(name, None)
        if len(self._values) >= MOST_VALUES:
            del self._values[next(iter(self._values))]
        self._values[name] = monotonic() + ex, value

    async def delete(self, name: str) -> None:
        """Forget a value."""
        self._values.pop(name, None)


async def release(lock: RedisLock) -> None:
    """Let the next one compute; should this fail, the lock ends by itself."""
    with suppress(RedisError):
        await lock.release()


class Cache:
    """Answers, each with a tag; while Redis is down, every answer is computed.

    Each tag has a version, and an answer counts only under the version that was there before it was
    computed. So what a slow reader stores after a change is as forgotten as what was there before.
    """

    def __init__(self, redis: Redis | None, prefix: str) -> None:
        self._prefix = f"{prefix}:cache"
        self._store = Memory() if redis is None else redis
        self._turns = WeakValueDictionary[str, Lock]()
        self._errors = RedisErrorLogger("nothing is cached")

    async def remember(
        self, tag: str, key: str, seconds: int, compute: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        """Return the answer that is stored, or compute it: once for all who ask at that time."""
        try:
            tag = f"{self._prefix}:{tag}"
            while not isinstance(version := await self._store.get(tag), bytes):
                await self._store.set(tag, uuid4().bytes, ex=VERSION_SECONDS, nx=True)
            name = f"{self._prefix}:{version.hex()}:{key}"
            known = await self._store.get(name)
        except RedisError as error:
            self._errors.report(error)
            return await compute()
        if isinstance(known, bytes):
            return known
        async with self._turn(name):
            with suppress(RedisError):
                known = await self._store.get(name)
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
            await self._store.delete(f"{self._prefix}:{tag}")
        except RedisError as error:
            self._errors.report(error)

    @asynccontextmanager
    async def _turn(self, name: str) -> AsyncGenerator[None]:
        """Wait for those who compute the same, here and in other processes, but not for ever."""
        async with AsyncExitStack() as stack:
            with move_on_after(LONGEST_WAIT), suppress(RedisError):
                await stack.enter_async_context(self._turns.setdefault(name, Lock()))
                if isinstance(self._store, Redis):
                    lock = self._store.lock(f"{name}:turn", LONGEST_COMPUTATION, sleep=0.05)
                    stack.push_async_callback(release, lock)
                    await lock.acquire()
            yield
