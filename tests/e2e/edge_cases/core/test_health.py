# Needs app/core/health.py
import pytest
from anyio import Event, create_task_group, fail_after

from app.core.health import HealthChecks


async def test_services_are_asked_at_the_same_time_and_once_a_second_for_everybody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    both = Event()

    async def answer(name: str) -> float:
        asked.append(name)
        if len(asked) >= 2:
            both.set()
        await both.wait()
        return 1.0

    services = {"one": lambda: answer("one"), "two": lambda: answer("two")}
    checkup = HealthChecks()

    with fail_after(10):
        async with create_task_group() as group:
            for _ in range(20):
                group.start_soon(checkup.ask, services)

    assert await checkup.ask(services) == {"one": 1.0, "two": 1.0}
    assert sorted(asked) == ["one", "two"]
    monkeypatch.setattr("app.core.health.monotonic", lambda: float("inf"))
    await checkup.ask(services)
    assert len(asked) == 4
