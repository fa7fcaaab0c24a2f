"""Queries of tasks. Of the attempts of a running task, only the newest one changes its row."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from math import ceil
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.crud.base import execute_rowcount, lock_rows
from app.exceptions import Conflict, NotFound, TooManyRequests
from app.models.entity import utc_now
from app.models.task import Task, TaskStatus
from app.models.user import User

BATCH_SIZE = 100
MAX_UNFINISHED_TASKS = 100  # queued or running tasks of one user
UNFINISHED = Task.status.in_([TaskStatus.QUEUED, TaskStatus.RUNNING])


async def create_task(
    db: AsyncSession, owner: User, job: Callable[..., object], kwargs: dict[str, Any]
) -> Task:
    """Create a task that runs a job. Publish it after this transaction is committed.

    Endpoints call `TaskStarter.start` instead, which publishes it too.

    Raises:
        Conflict: If the user has too many unfinished tasks.
    """
    # The lock makes requests of the same user count one after the other.
    await lock_rows(db, User, User.id == owner.id)
    unfinished = await db.scalar(select(func.count()).where(Task.owner_id == owner.id, UNFINISHED))
    if (unfinished or 0) >= MAX_UNFINISHED_TASKS:
        raise Conflict("Too many unfinished tasks.")
    task = Task(owner_id=owner.id, kind=job.__name__, kwargs=kwargs)
    db.add(task)
    await db.flush()
    return task


async def check_hourly_limit(
    db: AsyncSession, owner: User, job: Callable[..., object], limit: int
) -> None:
    """Check that a user has created fewer tasks with this job in the last hour than the limit.

    Raises:
        TooManyRequests: If the user has created as many.
    """
    await lock_rows(db, User, User.id == owner.id)
    since = utc_now() - timedelta(hours=1)
    counted = Task.owner_id == owner.id, Task.kind == job.__name__, Task.created_at > since
    newest = select(Task.created_at).where(*counted).order_by(Task.created_at.desc()).limit(limit)
    created = (await db.scalars(newest)).all()
    if len(created) == limit:
        seconds = ceil((created[-1] - since).total_seconds())
        raise TooManyRequests("Too many tasks of this kind.", {"Retry-After": str(seconds)})


async def get_task(db: AsyncSession, owner: User, task_id: UUID) -> Task:
    """Return a task of this user.

    Raises:
        NotFound: If the user has no task with this id.
    """
    task = await db.scalar(select(Task).where(Task.id == task_id, Task.owner_id == owner.id))
    if task is None:
        raise NotFound("Task not found.")
    return task


async def start_attempt(db: AsyncSession, task_id: UUID, *, is_redelivered: bool) -> Task | None:
    """Set a queued task to running and count the attempt. Return None if it is not queued.

    With `is_redelivered`, a task that is running also starts again: its earlier attempt is lost.
    """
    statuses = [TaskStatus.QUEUED, TaskStatus.RUNNING] if is_redelivered else [TaskStatus.QUEUED]
    waiting = update(Task).where(Task.id == task_id, Task.status.in_(statuses))
    attempt = {"status": TaskStatus.RUNNING, "attempts": Task.attempts + 1, "progress": 0}
    is_started = await execute_rowcount(db, waiting.values(attempt))
    return await db.get(Task, task_id) if is_started else None


async def update_running_task(db: AsyncSession, task: Task, **values: object) -> bool:
    """Update a running task. Return False if it has ended or a later attempt has started."""
    is_newest = Task.status == TaskStatus.RUNNING, Task.attempts == task.attempts
    running = update(Task).where(Task.id == task.id, *is_newest)
    return bool(await execute_rowcount(db, running.values(**values)))


async def mark_published(db: AsyncSession, task_id: UUID) -> None:
    """Record that a task has been published, unless it has ended already."""
    unpublished = update(Task).where(Task.id == task_id, Task.published_at.is_(None), UNFINISHED)
    await db.execute(unpublished.values(published_at=utc_now()))


async def queue_lost_tasks(db: AsyncSession, running_age: timedelta, queued_age: timedelta) -> None:
    """Queue lost tasks, so that they are published again.

    A running task counts as lost if its row has not changed for `running_age`, a queued one if it
    was published longer ago than `queued_age`.
    """
    now = utc_now()
    running = (Task.status == TaskStatus.RUNNING) & (Task.updated_at < now - running_age)
    queued = (Task.status == TaskStatus.QUEUED) & (Task.published_at < now - queued_age)
    lost = update(Task).where(running | queued)
    await db.execute(lost.values(status=TaskStatus.QUEUED, progress=0, published_at=None))


async def list_unpublished_tasks(db: AsyncSession) -> Sequence[Task]:
    """Return the oldest queued tasks that are not published."""
    unpublished = Task.status == TaskStatus.QUEUED, Task.published_at.is_(None)
    statement = select(Task).where(*unpublished).order_by(Task.created_at).limit(BATCH_SIZE)
    return (await db.scalars(statement)).all()


async def list_unfinished_kwargs(db: AsyncSession) -> Sequence[dict[str, Any]]:
    """Return the keyword arguments of all unfinished tasks."""
    return (await db.scalars(select(Task.kwargs).where(UNFINISHED))).all()


async def delete_finished_tasks(db: AsyncSession, age: timedelta) -> None:
    """Delete tasks that ended longer ago than this."""
    await db.execute(delete(Task).where(~UNFINISHED, Task.updated_at < utc_now() - age))
