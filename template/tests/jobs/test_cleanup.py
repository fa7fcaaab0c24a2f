import os
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select

from app.dependencies import AppState
from app.jobs.cleanup import delete_expired
from app.jobs.run import run_task
from app.models.auth_session import AuthSession
from app.models.entity import utc_now
from app.models.task import Task
from tests.tasks import change_task, upload_folder


async def test_old_rows_and_orphaned_files_are_deleted(state: AppState, task: Task) -> None:
    folder = upload_folder(state.settings)
    orphan = uuid4().hex
    await state.uploads.store(orphan, b"of a deleted user")
    await run_task(state, task.id)
    long_ago = utc_now() - timedelta(days=8)
    await change_task(state, task, updated_at=long_ago)
    os.utime(folder / orphan, times=(0, long_ago.timestamp()))
    sessions = {"user_id": task.owner_id, "last_used_at": long_ago}
    ends = {"expired": long_ago, "fresh": utc_now() + timedelta(days=1)}
    async with state.sessionmaker.begin() as db:
        db.add_all(AuthSession(user_agent=a, expires_at=e, **sessions) for a, e in ends.items())
    fresh = uuid4().hex
    await state.uploads.store(fresh, b"of a request that is not committed")

    await delete_expired(state)

    assert not (folder / orphan).exists()
    assert (folder / fresh).exists()
    async with state.sessionmaker() as db:
        assert await db.get(Task, task.id) is None
        assert (await db.scalars(select(AuthSession.user_agent))).all() == ["fresh"]
