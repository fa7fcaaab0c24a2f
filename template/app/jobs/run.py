"""Do the work of a task: claimed in the database, kept alive, ended once."""

from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom
from uuid import UUID

import structlog
from anyio import CancelScope, create_task_group, fail_after, sleep

from app.crud.task import claim_task, seconds_until_due
from app.dependencies import Resources
from app.jobs.job import GivenUp, Job
from app.jobs.work import WORK, clean_up
from app.models.entity import utc_now
from app.models.task import TaskStatus

LONGEST_PAUSE = 600  # seconds
log = structlog.stdlib.get_logger(__name__)


async def run_task(resources: Resources, task_id: UUID) -> float | None:
    """Do the work; return after how many seconds to come again, None when all is done.

    However often a task arrives, one worker at a time works on it, and only the end that the
    last one writes counts.
    """
    lease = timedelta(seconds=resources.settings.task_lease_seconds)
    async with resources.sessions.begin() as db:
        task = await claim_task(db, task_id, lease)
        if task is None:
            return await seconds_until_due(db, task_id)
    with structlog.contextvars.bound_contextvars(task_id=str(task_id), kind=task.kind):
        attempt = Attempt(resources, task, lease)
        async with create_task_group() as group:
            group.start_soon(attempt.keep_alive, group.cancel_scope)
            await attempt.work()
            group.cancel_scope.cancel()
        return attempt.pause


@dataclass
class Attempt(Job):
    """One worker's turn at a task."""

    lease: timedelta
    pause: float | None = None

    async def keep_alive(self, scope: CancelScope) -> None:
        """Tell the others that this worker lives; stop where the task is no longer its own."""
        while True:
            await sleep(self.lease.total_seconds() / 3)
            if not await self.save(due_at=utc_now() + self.lease):
                scope.cancel()

    async def work(self) -> None:
        """Work until the task succeeds, fails for good, or may be tried again."""
        settings = self.resources.settings
        if self.task.attempts > settings.task_max_attempts:
            # it was claimed this often and never ended: it may be what kills the workers
            return await self.end(TaskStatus.FAILED, error="It was interrupted too often.")
        try:
            with fail_after(settings.task_time_limit_seconds):
                result = await WORK[self.task.kind](self)
        except GivenUp as reason:
            await self.end(TaskStatus.FAILED, error=str(reason))
        except Exception:
            log.exception("a task failed", attempt=self.task.attempts)
            if self.task.attempts >= settings.task_max_attempts:
                await self.end(TaskStatus.FAILED, error="It failed too often.")
            else:
                await self.postpone()
        else:
            await self.end(TaskStatus.SUCCEEDED, result=result, progress=100)

    async def end(self, status: TaskStatus, **values: object) -> None:
        """Write how it ended; only then remove what another attempt would need."""
        if await self.save(status=status, **values):
            await clean_up(self)
            log.info("a task ended", status=status)

    async def postpone(self) -> None:
        """Put the task back, for longer each time, and never all tasks for equally long."""
        longest = min(2.0**self.task.attempts, LONGEST_PAUSE)
        self.pause = SystemRandom().uniform(longest / 2, longest)
        await self.save(
            status=TaskStatus.QUEUED, progress=0, due_at=utc_now() + timedelta(seconds=self.pause)
        )
