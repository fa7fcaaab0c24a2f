"""Create tasks without a request, and read them."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from anyio import fail_after, sleep
from sqlalchemy import update

from app.crud.task import create_task
from app.dependencies import AppState
from app.jobs.process_file import process_file
from app.jobs.registry import Job
from app.models.task import Task, TaskStatus
from app.models.user import User

MAIL = {"subject": "Reminder", "text": "Water the plants."}


async def add_task(
    state: AppState, job: Job, kwargs: dict[str, str], email: str = "ada@example.com"
) -> Task:
    """Create a task of a new user."""
    async with state.sessionmaker.begin() as db:
        owner = User(email=email, hashed_password="-")
        db.add(owner)
        await db.flush()
        return await create_task(db, owner, job, kwargs)


async def add_file_task(state: AppState, email: str = "ada@example.com") -> Task:
    """Create a task with a file of three words."""
    name = uuid4().hex
    state.uploads.store(name, b"three little words\n")
    return await add_task(state, process_file, {"upload": name}, email)


def with_settings(state: AppState, **values: object) -> AppState:
    """Return the state with other settings."""
    return replace(state, settings=state.settings.model_copy(update=values))


async def read_task(state: AppState, task: Task) -> Task:
    """Return the current row of a task."""
    async with state.sessionmaker() as db:
        return await db.get_one(Task, task.id)


async def change_task(state: AppState, task: Task, **values: object) -> None:
    """Update the row of a task."""
    async with state.sessionmaker.begin() as db:
        await db.execute(update(Task).where(Task.id == task.id).values(**values))


async def wait_for(state: AppState, task: Task, is_reached: Callable[[Task], bool]) -> Task:
    """Return a task as soon as the condition is true."""
    with fail_after(120):
        while True:
            current = await read_task(state, task)
            if is_reached(current):
                return current
            await sleep(0.02)


async def wait_for_success(state: AppState, task: Task) -> Task:
    """Return a task as soon as it has succeeded."""
    return await wait_for(state, task, lambda now: now.status is TaskStatus.SUCCEEDED)
