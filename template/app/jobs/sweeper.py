"""A loop beside the requests that takes up tasks which a stopped process left."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog
from anyio import create_task_group, sleep

from app.dependencies import Resources
from app.jobs.queue import SWEEP_EVERY, clean, sweep

log = structlog.stdlib.get_logger(__name__)


@asynccontextmanager
async def swept(
    opening: AbstractAsyncContextManager[dict[str, Resources]],
) -> AsyncGenerator[dict[str, Resources]]:
    """Open resources, and look after the tasks as long as they are open."""
    async with opening as state, create_task_group() as group:
        group.start_soon(sweep_for_ever, state["resources"])
        yield state
        group.cancel_scope.cancel()


async def sweep_for_ever(resources: Resources) -> None:
    """Sweep at once, and then every minute; a database that does not answer ends nothing."""
    while True:
        try:
            await sweep(resources)
            await clean(resources)
        except Exception:
            log.exception("tasks were not looked after")
        await sleep(SWEEP_EVERY.total_seconds())
