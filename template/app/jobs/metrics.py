"""Metrics of tasks."""

from collections.abc import Awaitable, Callable
from functools import wraps
from time import perf_counter
from typing import ParamSpec, TypeVar

from prometheus_client import Histogram

DURATION = Histogram("task_duration_seconds", "Duration of tasks.", ("kind", "outcome"))
P = ParamSpec("P")
R = TypeVar("R")


def with_metrics(kind: str, job: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Return a job that observes the duration and the outcome of each run."""

    @wraps(job)
    async def measured(*args: P.args, **kwargs: P.kwargs) -> R:
        started, outcome = perf_counter(), "failed"
        try:
            result = await job(*args, **kwargs)
            outcome = "succeeded"
            return result
        finally:
            DURATION.labels(kind, outcome).observe(perf_counter() - started)

    return measured
