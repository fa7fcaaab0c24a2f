# Needs app/jobs/background.py
import pytest
from anyio import Event, fail_after

from app.dependencies import AppState
from app.jobs.publish import publish_unpublished_tasks
from app.jobs.registry import JOBS
from app.models.task import Task, TaskStatus
from tests.tasks import add_file_task, read_task


async def test_task_that_hangs_does_not_hold_up_the_others(
    state: AppState, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, started = await add_file_task(state, "bob@example.com"), list[str]()
    both = Event()

    async def wait_for_the_other(state: AppState, task: Task, *, upload: str) -> None:
        started.append(upload)
        if len(started) == 2:
            both.set()
        await both.wait()

    monkeypatch.setitem(JOBS, "process_file", wait_for_the_other)
    with fail_after(10):
        await publish_unpublished_tasks(state)

    for one in (task, other):
        assert (await read_task(state, one)).status is TaskStatus.SUCCEEDED
