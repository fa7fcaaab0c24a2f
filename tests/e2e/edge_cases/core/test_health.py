# Needs app/core/health.py
import pytest
from anyio import Event, create_task_group, fail_after

from app.core.health_checks import HealthChecks


async def test_checks_run_concurrently_and_once_a_second_for_all_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[str] = []
    both_started = Event()

    async def check(name: str) -> None:
        started.append(name)
        if len(started) >= 2:
            both_started.set()
        await both_started.wait()

    checks = {"one": lambda: check("one"), "two": lambda: check("two")}
    health_checks = HealthChecks()

    with fail_after(10):
        async with create_task_group() as group:
            for _ in range(20):
                group.start_soon(health_checks.run, checks)

    durations = await health_checks.run(checks)
    assert list(durations) == ["one", "two"]
    assert None not in durations.values()
    assert sorted(started) == ["one", "two"]
    monkeypatch.setattr("app.core.health_checks.monotonic", lambda: float("inf"))
    await health_checks.run(checks)
    assert len(started) == 4


async def test_check_that_fails_or_takes_too_long_has_no_duration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail() -> None:
        raise ConnectionError

    async def succeed() -> None: ...

    monkeypatch.setattr("app.core.health_checks.TIMEOUT", 0.01)
    checks = {"failing": fail, "slow": Event().wait, "working": succeed}

    durations = await HealthChecks().run(checks)

    assert (durations["failing"], durations["slow"]) == (None, None)
    assert durations["working"] is not None
