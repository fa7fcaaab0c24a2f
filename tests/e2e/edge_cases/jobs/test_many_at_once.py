# Needs app/jobs/sweeper.py
import pytest
from anyio import Event, fail_after

from app.dependencies import AppState
from app.jobs.job import Job
from app.jobs.queue import sweep
from app.models.task import Task, TaskStatus
from tests.jobs.test_run import do
from tests.tasks import add_file, read_task


async def test_one_that_hangs_does_not_hold_up_the_others(
    state: AppState, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, started = await add_file(state, "bob@example.com"), list[object]()
    both = Event()

    async def wait_for_the_other(job: Job) -> None:
        started.append(job)
        if len(started) == 2:
            both.set()
        await both.wait()

    do(monkeypatch, wait_for_the_other)
    with fail_after(10):
        await sweep(state)

    for one in (task, other):
        assert (await read_task(state, one)).status is TaskStatus.SUCCEEDED
