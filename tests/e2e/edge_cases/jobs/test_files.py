# Needs app/jobs
import os
from pathlib import Path
from stat import S_IMODE

from sqlalchemy import delete

from app.config import Settings
from app.core.uploads import Uploads
from app.dependencies import AppState
from app.jobs.queue import clean
from app.jobs.run import run_task
from app.models.task import Task, TaskStatus
from app.models.user import User
from tests.tasks import read_task


async def test_lost_file_is_not_looked_for_again(state: AppState, task: Task) -> None:
    state.uploads.remove(task.details["upload"])

    assert await run_task(state, task.id) is None

    failed = await read_task(state, task)
    assert (failed.status, failed.error) == (TaskStatus.FAILED, "The file is gone.")


def test_files_are_for_nobody_else_on_the_machine(settings: Settings, tmp_path: Path) -> None:
    uploads = Uploads(settings.model_copy(update={"upload_folder": tmp_path / "uploads"}))

    file = uploads.path_of(uploads.store(b"private"))

    assert [S_IMODE(path.stat().st_mode) for path in (file, file.parent)] == [0o600, 0o700]


async def test_files_of_users_who_are_gone_are_removed_and_those_that_wait_are_kept(
    state: AppState, task: Task
) -> None:
    file = state.uploads.path_of(task.details["upload"])
    os.utime(file, times=(0, 0))

    await clean(state)
    assert file.exists()

    async with state.sessionmaker.begin() as db:
        await db.execute(delete(User))
    await clean(state)
    assert not file.exists()
