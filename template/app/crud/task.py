"""Queries of tasks. Updates depend on the status, so that a finished task keeps its result."""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.crud.base import execute_rowcount, lock_rows
from app.exceptions import Conflict, NotFound, TooManyRequests
from app.models.entity import utc_now
from app.models.task import Task, TaskKind, TaskStatus
from app.models.user import User

BATCH_SIZE = 100
MAX_UNFINISHED_TASKS = 100  # of one user
MAX_EMAILS_PER_HOUR = 20  # to one user
UNFINISHED = Task.status.in_([TaskStatus.QUEUED, TaskStatus.RUNNING])


async def create_task(
    db: AsyncSession, owner: User, kind: TaskKind, kwargs: dict[str, Any]
) -> Task:
    """Create a task. Publish it after this transaction is committed.

    Raises:
        Conflict: If the user has too many unfinished tasks.
    """
    # The lock makes requests of the same user count one after the other.
    await lock_rows(db, User, User.id == owner.id)
    unfinished = await db.scalar(select(func.count()).where(Task.owner_id == owner.id, UNFINISHED))
    if (unfinished or 0) >= MAX_UNFINISHED_TASKS:
        raise Conflict("Too many unfinished tasks.")
    task = Task(owner_id=owner.id, kind=kind, kwargs=kwargs)
    db.add(task)
    await db.flush()
    return task


async def check_email_limit(db: AsyncSession, owner: User) -> None:
    """Check how many e-mail tasks a user has created in the last hour.

    Raises:
        TooManyRequests: If the user has created too many.
    """
    await lock_rows(db, User, User.id == owner.id)
    hour = timedelta(hours=1)
    recent = Task.created_at > utc_now() - hour
    is_email = Task.owner_id == owner.id, Task.kind == TaskKind.SEND_EMAIL, recent
    statement = select(Task.created_at).where(*is_email).order_by(Task.created_at)
    created = (await db.scalars(statement)).all()
    if len(created) >= MAX_EMAILS_PER_HOUR:
        wait = created[-MAX_EMAILS_PER_HOUR] + hour - utc_now()
        headers = {"Retry-After": str(max(1, ceil(wait.total_seconds())))}
        raise TooManyRequests("Too many e-mails. Try again later.", headers)


async def get_task(db: AsyncSession, owner: User, task_id: UUID) -> Task:
    """Return a task of this user.

    Raises:
        NotFound: If the user has no task with this id.
    """
    task = await db.scalar(select(Task).where(Task.id == task_id, Task.owner_id == owner.id))
    if task is None:
        raise NotFound("Task not found.")
    return task


async def mark_running(db: AsyncSession, task_id: UUID) -> Task | None:
    """Set a queued task to running and return it. Return None if it is not queued."""
    queued = update(Task).where(Task.id == task_id, Task.status == TaskStatus.QUEUED)
    is_started = await execute_rowcount(db, queued.values(status=TaskStatus.RUNNING))
    return await db.get(Task, task_id) if is_started else None


async def update_running_task(db: AsyncSession, task_id: UUID, **values: object) -> bool:
    """Update a running task. Return False if it is not running."""
    running = update(Task).where(Task.id == task_id, Task.status == TaskStatus.RUNNING)
    return bool(await execute_rowcount(db, running.values(**values)))


async def mark_published(db: AsyncSession, task_id: UUID) -> None:
    """Record that a task has been published, unless it has ended already."""
    unpublished = update(Task).where(Task.id == task_id, Task.published_at.is_(None), UNFINISHED)
    await db.execute(unpublished.values(published_at=utc_now()))


async def reset_stalled_tasks(
    db: AsyncSession, running_age: timedelta, queued_age: timedelta
) -> None:
    """Make stalled tasks ready to be published again.

    A running task is stalled if its row has not changed for `running_age`, a queued one if it was
    published longer ago than `queued_age`.
    """
    now = utc_now()
    running = (Task.status == TaskStatus.RUNNING) & (Task.updated_at < now - running_age)
    queued = (Task.status == TaskStatus.QUEUED) & (Task.published_at < now - queued_age)
    stalled = update(Task).where(running | queued)
    await db.execute(stalled.values(status=TaskStatus.QUEUED, progress=0, published_at=None))


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
