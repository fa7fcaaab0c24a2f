"""The response cache, in Redis or in the memory of this process."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from time import monotonic
from uuid import uuid4
from weakref import WeakValueDictionary

from anyio import Lock, move_on_after
from redis.asyncio import Redis
from redis.asyncio.lock import Lock as RedisLock
from redis.exceptions import RedisError

from app.core.redis import RedisCircuit

LOCK_WAIT_SECONDS = 5
LOCK_SECONDS = 30
VERSION_SECONDS = 24 * 60 * 60
MAX_VALUE_BYTES = 100_000
MAX_MEMORY_ENTRIES = 1000
INVALIDATED_TAGS = "invalidated_tags"  # key in `Session.info`


class MemoryStore:
    """The commands of Redis that the cache uses, in the memory of this process."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[float, bytes]] = {}

    async def mget(self, *names: str) -> list[bytes | None]:
        """Return values, with None for those that are missing or have expired."""
        now = monotonic()
        found = [self._values.get(name, (0.0, None)) for name in names]
        return [value if now < expires_at else None for expires_at, value in found]

    async def set(self, name: str, value: bytes, ex: int, *, nx: bool = False) -> None:
        """Set a value that expires after `ex` seconds; with `nx`, only if it is missing."""
        if nx and await self.mget(name) != [None]:
            return
        self._values.pop(name, None)
        if len(self._values) >= MAX_MEMORY_ENTRIES:
            del self._values[next(iter(self._values))]  # the oldest one
        self._values[name] = monotonic() + ex, value

    async def delete(self, *names: str) -> None:
        """Delete values."""
        for name in names:
            self._values.pop(name, None)


class ResponseCache:
    """Caches values by tag and key.

    Every tag has a random version, with which its values begin. Invalidating a tag deletes the
    version. A value that was computed before the invalidation and is stored after it begins with
    the old version, so it is ignored. Both are read in one round trip.
    """

    def __init__(self, redis: Redis | None, prefix: str) -> None:
        self._prefix = f"{prefix}:cache"
        self._redis = redis
        self._store = MemoryStore() if redis is None else redis
        self._locks = WeakValueDictionary[str, Lock]()
        self._circuit = RedisCircuit("responses are not cached")

    async def get_or_set(
        self, tag: str, key: str, ttl: int, compute: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        """Return the cached value, or compute it and cache it for `ttl` seconds.

        Concurrent calls wait for one computation, for at most `LOCK_WAIT_SECONDS`. While Redis
        does not answer, every call computes the value.
        """
        name = f"{self._prefix}:{tag}:{key}"
        try:
            async with self._circuit.call():
                version, value = await self._get(tag, name)
        except RedisError as error:
            self._circuit.report(error)
            return await compute()
        if value is not None:
            return value
        async with self._lock(f"{name}:{version.hex()}"):
            with suppress(RedisError):
                async with self._circuit.call():
                    version, value = await self._get(tag, name)
            if value is None:
                value = await compute()
                if len(value) <= MAX_VALUE_BYTES:
                    with suppress(RedisError):
                        async with self._circuit.call():
                            await self._store.set(name, version + value, ex=ttl)
        return value

    async def invalidate(self, *tags: str) -> None:
        """Invalidate all values of these tags, including those that are being computed."""
        if tags:
            try:
                async with self._circuit.call():
                    await self._store.delete(*(f"{self._prefix}:{tag}" for tag in tags))
            except RedisError as error:
                self._circuit.report(error)

    async def _read(self, *names: str) -> list[bytes | None]:
        values = await self._store.mget(*names)
        return [value if isinstance(value, bytes) else None for value in values]

    async def _get(self, tag: str, name: str) -> tuple[bytes, bytes | None]:
        """Return the version of a tag, and the value if it is of this version."""
        version, stored = await self._read(f"{self._prefix}:{tag}", name)
        if version is None:
            return await self._create_version(tag), None
        if stored is None or not stored.startswith(version):
            return version, None
        return version, stored.removeprefix(version)

    async def _create_version(self, tag: str) -> bytes:
        """Return a new version of a tag, or the one that a concurrent call has created."""
        name = f"{self._prefix}:{tag}"
        await self._store.set(name, uuid4().bytes, ex=VERSION_SECONDS, nx=True)
        [version] = await self._read(name)
        return version or uuid4().bytes  # it may be invalidated already

    @asynccontextmanager
    async def _lock(self, name: str) -> AsyncGenerator[None]:
        """Hold the lock of a value, or proceed without it after `LOCK_WAIT_SECONDS`."""
        async with AsyncExitStack() as stack:
            with move_on_after(LOCK_WAIT_SECONDS), suppress(RedisError):
                await stack.enter_async_context(self._locks.setdefault(name, Lock()))
                if self._redis is not None:
                    lock = self._redis.lock(f"{name}:lock", timeout=LOCK_SECONDS, sleep=0.05)
                    stack.push_async_callback(self._release, lock)
                    async with self._circuit.call():
                        await lock.acquire()
            yield

    async def _release(self, lock: RedisLock) -> None:
        """Release a lock if it is held; it expires if Redis does not answer."""
        with suppress(RedisError):
            async with self._circuit.call():
                await lock.release()
