"""Tasks that nobody was told of."""

from collections.abc import Callable

from anyio import fail_after, sleep
from sqlalchemy import update

from app.crud.task import create_task
from app.dependencies import AppState
from app.models.task import Task, TaskKind, TaskStatus
from app.models.user import User

MAIL = {"subject": "Reminder", "text": "Water the plants."}


async def add_task(
    state: AppState, kind: TaskKind, details: dict[str, str], email: str = "ada@example.com"
) -> Task:
    """Store a task of a new user."""
    async with state.sessionmaker.begin() as db:
        owner = User(email=email, hashed_password="-")
        db.add(owner)
        await db.flush()
        return await create_task(db, owner, kind, details)


async def add_file(state: AppState, email: str = "ada@example.com") -> Task:
    """Store a task with a file of three words."""
    name = state.uploads.store(b"three little words\n")
    return await add_task(state, TaskKind.PROCESS_FILE, {"upload": name}, email)


async def read_task(state: AppState, task: Task) -> Task:
    """Return a task as it is now."""
    async with state.sessionmaker() as db:
        return await db.get_one(Task, task.id)


async def change_task(state: AppState, task: Task, **values: object) -> None:
    """Change what the database says of a task."""
    async with state.sessionmaker.begin() as db:
        await db.execute(update(Task).where(Task.id == task.id).values(**values))


async def wait_for(state: AppState, task: Task, is_reached: Callable[[Task], bool]) -> Task:
    """Return a task once it is as wanted; an idle machine needs a second or two."""
    with fail_after(60):
        while True:
            current = await read_task(state, task)
            if is_reached(current):
                return current
            await sleep(0.02)


async def wait_for_success(state: AppState, task: Task) -> Task:
    """Return a task once it has succeeded."""
    return await wait_for(state, task, lambda now: now.status is TaskStatus.SUCCEEDED)
