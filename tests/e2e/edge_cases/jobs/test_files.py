# Needs app/jobs
import os
from pathlib import Path
from stat import S_IMODE

import pytest
from sqlalchemy import delete

from app.config import Settings
from app.core.uploads import Uploads
from app.dependencies import AppState
from app.jobs.cleanup import delete_expired
from app.jobs.job import TaskFailed
from app.jobs.run import run_task
from app.models.task import Task, TaskStatus
from app.models.user import User
from tests.tasks import read_task, upload_path


async def test_task_without_its_file_fails_at_once(state: AppState, task: Task) -> None:
    await state.uploads.delete(task.kwargs["upload"])

    with pytest.raises(TaskFailed):
        await run_task(state, task.id)

    failed = await read_task(state, task)
    assert (failed.status, failed.error) == (TaskStatus.FAILED, "The file no longer exists.")


@pytest.mark.skipif("upload_folder" not in Settings.model_fields, reason="uses the storage")
async def test_files_are_readable_only_by_their_system_user(
    settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "uploads"
    uploads = Uploads(settings.model_copy(update={"upload_folder": folder}))

    await uploads.store("private", b"private")

    file = folder / "private"

    assert [S_IMODE(path.stat().st_mode) for path in (file, file.parent)] == [0o600, 0o700]


async def test_files_of_deleted_users_are_deleted_and_those_of_unfinished_tasks_are_kept(
    state: AppState, task: Task
) -> None:
    file = upload_path(state, task)
    os.utime(file, times=(0, 0))

    await delete_expired(state)
    assert file.exists()

    async with state.sessionmaker.begin() as db:
        await db.execute(delete(User))
    await delete_expired(state)
    assert not file.exists()
