# Needs app/jobs
import pytest
from anyio import sleep_forever
from sqlalchemy.exc import OperationalError

from app.dependencies import AppState
from app.jobs.job import Job
from app.jobs.run import Attempt, run_task
from app.models.task import Task, TaskStatus
from tests.jobs.test_run import do, with_settings
from tests.tasks import change_task, read_task, wait_for


async def outlast_the_lease(job: Job) -> None:
    """Work until the worker has said once more that it lives."""
    due_at = (await read_task(job.state, job.task)).due_at
    await wait_for(job.state, job.task, lambda now: now.due_at > due_at)


async def test_worker_that_lost_its_task_stops_and_writes_nothing(
    state: AppState, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose(job: Job) -> None:
        await change_task(state, task, attempts=2)
        await sleep_forever()

    do(monkeypatch, lose)
    await run_task(with_settings(state, task_lease_seconds=0.1), task.id)

    assert (await read_task(state, task)).status is TaskStatus.RUNNING


async def test_worker_keeps_its_task_as_long_as_it_lives(
    state: AppState, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(monkeypatch, outlast_the_lease)
    await run_task(with_settings(state, task_lease_seconds=0.1), task.id)

    done = await read_task(state, task)
    assert (done.status, done.attempts) == (TaskStatus.SUCCEEDED, 1)


async def test_task_whose_workers_all_die_fails_for_good(state: AppState, task: Task) -> None:
    await change_task(state, task, attempts=state.settings.task_max_attempts)

    assert await run_task(state, task.id) is None

    failed = await read_task(state, task)
    assert (failed.status, failed.error) == (TaskStatus.FAILED, "It was interrupted too often.")


async def test_short_outage_of_the_database_does_not_end_the_work(
    state: AppState, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, outages = Attempt.save, list[object]()

    async def fail_once(self: Attempt, **values: object) -> bool:
        if not outages:
            outages.append(values)
            raise OperationalError("UPDATE", {}, Exception())
        return await save(self, **values)

    do(monkeypatch, outlast_the_lease)
    monkeypatch.setattr(Attempt, "save", fail_once)
    await run_task(with_settings(state, task_lease_seconds=0.3), task.id)

    done = await read_task(state, task)
    assert (len(outages), done.status, done.attempts) == (1, TaskStatus.SUCCEEDED, 1)
