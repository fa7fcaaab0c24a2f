# Needs app/jobs
import pytest
from anyio import sleep_forever

from app.dependencies import Resources
from app.jobs.job import Job
from app.jobs.run import run_task
from app.models.task import Task, TaskStatus
from tests.jobs.test_run import do, with_settings
from tests.tasks import change_task, read_task


async def test_worker_that_lost_its_task_stops_and_writes_nothing(
    resources: Resources, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose(job: Job) -> None:
        await change_task(resources, task, attempts=2)
        await sleep_forever()

    do(monkeypatch, lose)
    await run_task(with_settings(resources, task_lease_seconds=0.1), task.id)

    assert (await read_task(resources, task)).status is TaskStatus.RUNNING
