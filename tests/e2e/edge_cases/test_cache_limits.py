# Needs app/core/cache.py
import pytest

from app.core.cache import Cache, Memory
from tests.test_cache import Answer


async def test_large_answers_are_not_kept() -> None:
    cache, answer = Cache(None, "tests"), Answer(b"x" * 200_000)

    for _ in range(2):
        assert await cache.remember("tag", "key", 60, answer.compute) == answer.text

    assert answer.computed == 2


async def test_process_keeps_the_latest_values_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.cache.MOST_VALUES", 2)
    memory = Memory()

    for name in "abc":
        await memory.set(name, b"", ex=60)
    await memory.set("c", b"new", ex=60, nx=True)

    assert [await memory.get(name) for name in "abc"] == [None, b"", b""]
