import pytest

from app.core.cache import Memory


async def test_process_keeps_the_latest_values_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.cache.MOST_VALUES", 2)
    memory = Memory()

    for name in "abc":
        await memory.set(name, b"", ex=60)

    assert [await memory.get(name) for name in "abc"] == [None, b"", b""]
