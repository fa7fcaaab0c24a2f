"""Periodic tasks in the process of the server."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import structlog
from anyio import Event, create_task_group, current_time, move_on_after

from app.dependencies import AppState
from app.jobs.cleanup import delete_expired
from app.jobs.publish import publish_unpublished_tasks

INTERVAL_SECONDS = 60
SHUTDOWN_SECONDS = 20  # for tasks that are running when the application stops
log = structlog.get_logger(__name__)


@asynccontextmanager
async def run_periodic_tasks(state: AppState) -> AsyncGenerator[None]:
    """Run the periodic tasks while the application runs."""
    async with create_task_group() as group:
        stopped = Event()
        group.start_soon(repeat, stopped, state)
        yield
        stopped.set()
        group.cancel_scope.deadline = current_time() + SHUTDOWN_SECONDS


async def repeat(stopped: Event, state: AppState) -> None:
    """Run unpublished tasks and delete expired data, at the start and then every minute."""
    while not stopped.is_set():
        try:
            await publish_unpublished_tasks(state)
            await delete_expired(state)
        except Exception:
            log.exception("periodic tasks failed")
        with move_on_after(INTERVAL_SECONDS):
            await stopped.wait()
