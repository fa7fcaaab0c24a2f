import os
from datetime import timedelta

from sqlalchemy import select

from app.dependencies import Resources
from app.jobs.queue import clean
from app.jobs.run import run_task
from app.models.entity import utc_now
from app.models.session import AuthSession
from app.models.task import Task
from tests.tasks import change_task


async def test_old_tasks_and_forgotten_files_go(resources: Resources, task: Task) -> None:
    name = resources.uploads.store(b"of a user who is gone")
    await run_task(resources, task.id)
    long_ago = utc_now() - timedelta(days=8)
    await change_task(resources, task, updated_at=long_ago)
    os.utime(resources.uploads.path_of(name), times=(0, long_ago.timestamp()))
    sessions = {"user_id": task.owner_id, "last_used_at": long_ago}
    ends = {"expired": long_ago, "fresh": utc_now() + timedelta(days=1)}
    async with resources.sessions.begin() as db:
        db.add_all(AuthSession(user_agent=a, expires_at=e, **sessions) for a, e in ends.items())
    fresh = resources.uploads.store(b"of somebody who waits")

    await clean(resources)

    assert not resources.uploads.path_of(name).exists()
    assert resources.uploads.path_of(fresh).exists()
    async with resources.sessions() as db:
        assert await db.get(Task, task.id) is None
        assert (await db.scalars(select(AuthSession.user_agent))).all() == ["fresh"]
