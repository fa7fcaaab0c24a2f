"""Tasks: stored, claimed by one worker at a time, and brought to an end."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.crud.base import execute_rowcount, flush
from app.exceptions import Conflict, NotFound
from app.models.entity import utc_now
from app.models.task import Task, TaskKind, TaskStatus
from app.models.user import User

BATCH = 100
MOST_OPEN = 100  # tasks of one user
OPEN = Task.status.in_([TaskStatus.QUEUED, TaskStatus.RUNNING])


async def create_task(
    db: AsyncSession, owner: User, kind: TaskKind, details: dict[str, str]
) -> Task:
    """Store a task; it is sent to a worker once this transaction is committed.

    Raises:
        Conflict: The owner has too many open tasks.
    """
    await db.execute(select(User.id).where(User.id == owner.id).with_for_update())  # in turn
    open_tasks = await db.scalar(select(func.count()).where(Task.owner_id == owner.id, OPEN))
    if (open_tasks or 0) >= MOST_OPEN:
        raise Conflict("Too many of your tasks are under way.")
    task = Task(owner_id=owner.id, kind=kind, details=details)
    db.add(task)
    await flush(db)
    return task


async def find_task(db: AsyncSession, owner: User, task_id: UUID) -> Task:
    """Return a task of this user.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    task = await db.scalar(select(Task).where(Task.id == task_id, Task.owner_id == owner.id))
    if task is None:
        raise NotFound
    return task


async def claim_task(db: AsyncSession, task_id: UUID, lease: timedelta) -> Task | None:
    """Return the task, from now on nobody else's; None where somebody works on it, or did."""
    now = utc_now()
    claim = (
        update(Task)
        .where(Task.id == task_id, OPEN, Task.due_at <= now)
        .values(status=TaskStatus.RUNNING, attempts=Task.attempts + 1, due_at=now + lease)
    )
    return await db.get(Task, task_id) if await execute_rowcount(db, claim) else None


async def change_task(db: AsyncSession, task: Task, **values: object) -> bool:
    """Write to a claimed task; return whether it is still claimed."""
    mine = Task.id == task.id, Task.status == TaskStatus.RUNNING, Task.attempts == task.attempts
    return bool(await execute_rowcount(db, update(Task).where(*mine).values(**values)))


async def seconds_until_due(db: AsyncSession, task_id: UUID) -> float | None:
    """Return when somebody may work on the task again; None where nothing is left to do."""
    due_at = await db.scalar(select(Task.due_at).where(Task.id == task_id, OPEN))
    return max((due_at - utc_now()).total_seconds(), 0.1) if due_at else None


async def list_overdue(db: AsyncSession, patience: timedelta) -> Sequence[UUID]:
    """Return tasks that should have started, the oldest first: messages or workers were lost.

    Each is returned once, and again when it has waited for as long again.
    """
    now = utc_now()
    overdue = OPEN, Task.due_at <= now - patience
    found = (
        await db.scalars(select(Task.id).where(*overdue).order_by(Task.due_at).limit(BATCH))
    ).all()
    await db.execute(update(Task).where(Task.id.in_(found), *overdue).values(due_at=now))
    return found


async def list_open_details(db: AsyncSession) -> Sequence[dict[str, str]]:
    """Return what tasks that have not ended are about."""
    return (await db.scalars(select(Task.details).where(OPEN))).all()


async def delete_finished(db: AsyncSession, age: timedelta) -> int:
    """Delete tasks that ended this long ago; return how many."""
    return await execute_rowcount(db, delete(Task).where(~OPEN, Task.updated_at < utc_now() - age))
