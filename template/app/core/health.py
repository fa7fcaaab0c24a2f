"""Health checks of the services that the application needs."""

from collections.abc import Awaitable, Callable, Mapping
from time import monotonic, perf_counter

import structlog
from anyio import Lock, create_task_group, fail_after

TIMEOUT = 1  # second
LIFETIME = 1  # second, of the results

HealthCheck = Callable[[], Awaitable[object]]

log = structlog.stdlib.get_logger(__name__)


class HealthChecks:
    """Runs health checks concurrently and at most once a second, however many requests ask."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._durations: dict[str, float | None] = {}
        self._valid_until = 0.0

    async def run(self, checks: Mapping[str, HealthCheck]) -> dict[str, float | None]:
        """Return how many milliseconds each check took, or None if it failed."""
        async with self._lock:
            if monotonic() >= self._valid_until:
                self._durations = dict.fromkeys(checks)
                async with create_task_group() as group:
                    for name, check in checks.items():
                        group.start_soon(self._measure, name, check)
                self._valid_until = monotonic() + LIFETIME
            return self._durations

    async def _measure(self, name: str, check: HealthCheck) -> None:
        started_at = perf_counter()
        try:
            with fail_after(TIMEOUT):
                await check()
        except Exception:
            log.exception("health check failed", service=name)
        else:
            self._durations[name] = round((perf_counter() - started_at) * 1000, 2)
