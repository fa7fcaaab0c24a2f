"""How often work is done, how long it takes, and how it ends."""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TypeVar

from prometheus_client import Histogram

DURATION = Histogram("task_duration_seconds", "How long attempts took.", ("kind", "outcome"))
J = TypeVar("J")
R = TypeVar("R")


def measured(kind: str, work: Callable[[J], Awaitable[R]]) -> Callable[[J], Awaitable[R]]:
    """Return the work, with a clock beside it."""

    async def measure(job: J) -> R:
        started, outcome = perf_counter(), "failed"
        try:
            result = await work(job)
            outcome = "succeeded"
            return result
        finally:
            DURATION.labels(kind, outcome).observe(perf_counter() - started)

    return measure
