"""A loop beside the requests that takes up tasks which a stopped process left."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import structlog
from anyio import Event, create_task_group, current_time, move_on_after

from app.dependencies import AppState
from app.jobs.queue import SWEEP_EVERY, clean, sweep

GRACE = 20  # seconds for what is at work when the application stops
log = structlog.stdlib.get_logger(__name__)


@asynccontextmanager
async def run_sweeper(state: AppState) -> AsyncGenerator[None]:
    """Run the sweeper as long as the application runs."""
    async with create_task_group() as group:
        stopped = Event()
        group.start_soon(sweep_until, stopped, state)
        yield
        stopped.set()
        group.cancel_scope.deadline = current_time() + GRACE


async def sweep_until(stopped: Event, state: AppState) -> None:
    """Sweep at once, and then every minute; a database that does not answer ends nothing."""
    while not stopped.is_set():
        try:
            await sweep(state)
            await clean(state)
        except Exception:
            log.exception("tasks were not looked after")
        with move_on_after(SWEEP_EVERY.total_seconds()):
            await stopped.wait()
