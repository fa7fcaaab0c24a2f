"""What workers are told to do; each process has one event loop and one set of resources."""

import asyncio
from contextlib import AsyncExitStack
from uuid import UUID

from celery import Task, shared_task, signals

from app.config import get_settings
from app.core.broker import RUN_TASK
from app.dependencies import Resources
from app.factory import open_resources
from app.jobs import queue
from app.jobs.run import run_task


class Process:
    """What this process opened when it started."""

    runner: asyncio.Runner
    stack: AsyncExitStack
    resources: Resources


@signals.worker_process_init.connect
def open_process(**_: object) -> None:
    """Start an event loop, and open what tasks share."""
    Process.runner, Process.stack = asyncio.Runner(), AsyncExitStack()
    opening = open_resources(get_settings())
    Process.resources = Process.runner.run(Process.stack.enter_async_context(opening))["resources"]


@signals.worker_process_shutdown.connect
def close_process(**_: object) -> None:
    """Close what this process opened."""
    Process.runner.run(Process.stack.aclose())
    Process.runner.close()


class ReliableTask(Task[..., None]):
    """A task that comes again, later each time, when something that it needs does not answer."""

    abstract = True
    autoretry_for = (Exception,)
    max_retries = 5
    retry_backoff = True
    retry_backoff_max = 600
    retry_jitter = True


@shared_task(base=ReliableTask, bind=True, name=RUN_TASK)
def run(self: Task[[str], None], task_id: str) -> None:
    """Work on a task, or come back when it is its time."""
    pause = Process.runner.run(run_task(Process.resources, UUID(task_id)))
    if pause is not None:
        raise self.retry(countdown=pause, max_retries=None)  # the row counts its attempts


@shared_task(base=ReliableTask, name="sweep")
def sweep() -> None:
    """Send again what was lost."""
    Process.runner.run(queue.sweep(Process.resources))


@shared_task(base=ReliableTask, name="clean")
def clean() -> None:
    """Remove what nobody needs any more."""
    Process.runner.run(queue.clean(Process.resources))
