# Needs app/core/cache.py
import pytest

from app.core.cache import MemoryStore, ResponseCache
from tests.core.test_cache import Computation


async def test_large_values_are_not_cached() -> None:
    cache, compute = ResponseCache(None, "tests"), Computation(b"x" * 200_000)

    for _ in range(2):
        assert await cache.get_or_set("tag", "key", 60, compute) == compute.value

    assert compute.calls == 2


async def test_memory_store_evicts_the_oldest_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.cache.MAX_MEMORY_ENTRIES", 2)
    store = MemoryStore()

    for name in "abc":
        await store.set(name, b"", ex=60)
    await store.set("c", b"new", ex=60, nx=True)

    assert await store.mget(*"abc") == [None, b"", b""]
