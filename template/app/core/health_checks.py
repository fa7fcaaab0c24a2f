"""Health checks of the services that the application uses."""

from collections.abc import Awaitable, Callable, Mapping
from time import monotonic, perf_counter

import structlog
from anyio import Lock, create_task_group, fail_after

from app.core.repeated_errors import RepeatedErrors

TIMEOUT = 1  # second
LIFETIME = 1  # second, of the results

HealthCheck = Callable[[], Awaitable[object]]

log = structlog.get_logger(__name__)


class HealthChecks:
    """Runs health checks concurrently, and each check at most once a second."""

    def __init__(self) -> None:
        self._locks: dict[str, Lock] = {}
        self._durations: dict[str, float | None] = {}
        self._valid_until: dict[str, float] = {}
        self._repeated_errors = RepeatedErrors()

    async def run(self, checks: Mapping[str, HealthCheck]) -> dict[str, float | None]:
        """Return how many milliseconds each check took, or None if it failed."""
        async with create_task_group() as group:
            for name, check in checks.items():
                group.start_soon(self._run_check, name, check)
        return {name: self._durations[name] for name in checks}

    async def _run_check(self, name: str, check: HealthCheck) -> None:
        async with self._locks.setdefault(name, Lock()):
            if monotonic() >= self._valid_until.get(name, 0):
                self._durations[name] = await self._measure(name, check)
                self._valid_until[name] = monotonic() + LIFETIME

    async def _measure(self, name: str, check: HealthCheck) -> float | None:
        """Return how many milliseconds a check takes, or None if it fails or takes too long."""
        started_at = perf_counter()
        try:
            with fail_after(TIMEOUT):
                await check()
        except Exception as error:
            if self._repeated_errors.should_log(f"{name}: {error!r}"):
                log.exception("health check failed", service=name)
            return None
        return round((perf_counter() - started_at) * 1000, 2)
