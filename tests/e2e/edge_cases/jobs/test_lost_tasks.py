# Needs app/jobs
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.ext.asyncio import AsyncSession

from app.crud.task import queue_lost_tasks, start_attempt, update_running_task
from app.dependencies import AppState
from app.jobs.job import TaskFailed, set_progress
from app.jobs.registry import Job
from app.jobs.run import finish_task, queue_again, run_task
from app.models.entity import utc_now
from app.models.task import Task, TaskStatus
from tests.tasks import change_task, read_task, upload_path, with_settings

AGE = timedelta(minutes=5)
LONG_AGO = utc_now() - timedelta(minutes=6)
Replace = Callable[[Job], None]


async def queue_lost(state: AppState) -> None:
    async with state.sessionmaker.begin() as db:
        await queue_lost_tasks(db, AGE, AGE)


async def test_result_of_a_task_that_has_ended_is_not_overwritten(
    state: AppState, task: Task, replace_job: Replace
) -> None:
    async def end_elsewhere(state: AppState, task: Task, *, upload: str) -> dict[str, int | str]:
        await finish_task(state, task, TaskStatus.SUCCEEDED, result={"words": 1})
        return {"words": 2}

    replace_job(end_elsewhere)
    await run_task(state, task.id)

    finished = await read_task(state, task)
    assert (finished.status, finished.result) == (TaskStatus.SUCCEEDED, {"words": 1})


@pytest.mark.parametrize("retries", [0, 1])
async def test_late_error_does_not_change_a_task_that_has_ended(
    state: AppState, task: Task, replace_job: Replace, retries: int
) -> None:
    async def end_elsewhere(state: AppState, task: Task, *, upload: str) -> None:
        await finish_task(state, task, TaskStatus.SUCCEEDED, result={"words": 1})
        raise ConnectionError

    replace_job(end_elsewhere)
    with suppress(TaskFailed):
        await run_task(with_settings(state, task_max_retries=retries), task.id)

    assert (await read_task(state, task)).status is TaskStatus.SUCCEEDED


async def test_message_of_a_running_task_is_ignored(
    state: AppState, task: Task, replace_job: Replace
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise AssertionError

    await change_task(state, task, status=TaskStatus.RUNNING, updated_at=LONG_AGO)

    replace_job(fail)
    await run_task(state, task.id)

    running = await read_task(state, task)
    assert (running.status, running.updated_at) == (TaskStatus.RUNNING, LONG_AGO)


async def test_running_task_is_published_again_if_its_row_does_not_change(
    state: AppState, task: Task
) -> None:
    running = {"status": TaskStatus.RUNNING, "progress": 50, "published_at": utc_now()}
    await change_task(state, task, **running)
    await queue_lost(state)
    assert (await read_task(state, task)).status is TaskStatus.RUNNING

    await change_task(state, task, updated_at=LONG_AGO)
    await queue_lost(state)
    reset = await read_task(state, task)
    assert (reset.status, reset.progress, reset.published_at) == (TaskStatus.QUEUED, 0, None)


async def test_task_that_waits_for_a_worker_is_not_published_again(
    state: AppState, task: Task
) -> None:
    await change_task(state, task, published_at=utc_now(), updated_at=LONG_AGO)
    await queue_lost(state)
    assert (await read_task(state, task)).published_at

    await change_task(state, task, published_at=LONG_AGO)
    await queue_lost(state)
    assert (await read_task(state, task)).published_at is None


async def test_file_is_kept_until_the_task_has_ended(
    state: AppState, task: Task, replace_job: Replace
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise ConnectionError

    replace_job(fail)
    file = upload_path(state, task)
    with pytest.raises(ConnectionError):
        await run_task(state, task.id)
    assert file.exists()

    with pytest.raises(TaskFailed):
        await run_task(with_settings(state, task_max_retries=0), task.id)
    assert not file.exists()
    assert (await read_task(state, task)).status is TaskStatus.FAILED


@pytest.mark.parametrize("status", [TaskStatus.QUEUED, TaskStatus.SUCCEEDED, TaskStatus.FAILED])
async def test_only_running_tasks_are_queued_again(
    state: AppState, task: Task, status: TaskStatus
) -> None:
    await change_task(state, task, status=status, updated_at=LONG_AGO)

    assert not await queue_again(state, task)
    await queue_lost(state)

    assert (await read_task(state, task)).status is status


async def test_attempts_are_counted_across_publications(state: AppState, task: Task) -> None:
    for attempt in (1, 2):
        async with state.sessionmaker.begin() as db:
            assert await start_attempt(db, task.id, is_redelivered=False)
        await change_task(state, task, updated_at=LONG_AGO)
        await queue_lost(state)

        queued = await read_task(state, task)
        assert (queued.status, queued.attempts) == (TaskStatus.QUEUED, attempt)


async def test_short_outage_of_the_database_does_not_repeat_the_task(
    state: AppState, task: Task, replace_job: Replace, monkeypatch: pytest.MonkeyPatch
) -> None:
    outages = list[object]()

    async def fail_once(*arguments: object, **values: object) -> bool:
        monkeypatch.setattr("app.jobs.job.update_running_task", update_running_task)
        outages.append(values)
        raise OperationalError("UPDATE", {}, Exception())

    async def report(state: AppState, task: Task, *, upload: str) -> None:
        monkeypatch.setattr("app.jobs.job.update_running_task", fail_once)
        await set_progress(state, task, 50)

    replace_job(report)
    await run_task(state, task.id)

    assert outages == [{"progress": 50}]
    assert (await read_task(state, task)).status is TaskStatus.SUCCEEDED


async def test_result_that_cannot_be_stored_leaves_the_task_running(
    state: AppState, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> bool:
        raise OperationalError("UPDATE", {}, Exception())

    monkeypatch.setattr("app.jobs.run.update_running_task", fail)
    with pytest.raises(OperationalError):
        await run_task(state, task.id)

    assert (await read_task(state, task)).status is TaskStatus.RUNNING
    assert upload_path(state, task).exists()


async def test_job_runs_once_although_its_result_cannot_be_stored_at_first(
    state: AppState, task: Task, replace_job: Replace, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = list[str]()
    outages = [1, 2]

    async def fail_twice(db: AsyncSession, task: Task, **values: object) -> bool:
        if outages:
            outages.pop()
            raise DBAPIError("UPDATE", {}, Exception())
        return await update_running_task(db, task, **values)

    async def process(state: AppState, task: Task, *, upload: str) -> dict[str, int | str]:
        calls.append(upload)
        return {"words": 3}

    monkeypatch.setattr("app.jobs.run.update_running_task", fail_twice)
    monkeypatch.setattr("app.jobs.run.is_transient", lambda _: True)
    monkeypatch.setattr("app.jobs.run.STORE_DELAY", 0)
    replace_job(process)
    await run_task(state, task.id)

    finished = await read_task(state, task)
    assert (finished.status, finished.attempts, len(calls)) == (TaskStatus.SUCCEEDED, 1, 1)
    assert outages == []


async def test_task_is_queued_for_its_retry_although_the_database_does_not_answer_at_first(
    state: AppState, task: Task, replace_job: Replace, monkeypatch: pytest.MonkeyPatch
) -> None:
    outages = [1, 2]

    async def fail_twice(db: AsyncSession, task: Task, **values: object) -> bool:
        if outages:
            outages.pop()
            raise DBAPIError("UPDATE", {}, Exception())
        return await update_running_task(db, task, **values)

    async def fail(state: AppState, task: Task, *, upload: str) -> None:
        raise ConnectionError

    monkeypatch.setattr("app.jobs.run.update_running_task", fail_twice)
    monkeypatch.setattr("app.jobs.run.is_transient", lambda _: True)
    monkeypatch.setattr("app.jobs.run.STORE_DELAY", 0)
    replace_job(fail)
    with pytest.raises(ConnectionError):
        await run_task(state, task.id)

    assert outages == []
    assert (await read_task(state, task)).status is TaskStatus.QUEUED


@pytest.mark.parametrize(("retries", "error"), [(1, StatementError), (0, TaskFailed)])
async def test_result_that_is_not_json_counts_as_a_failed_attempt(
    state: AppState, task: Task, replace_job: Replace, retries: int, error: type[Exception]
) -> None:
    async def return_datetime(state: AppState, task: Task, *, upload: str) -> dict[str, Any]:
        return {"ended_at": utc_now()}

    replace_job(return_datetime)
    with pytest.raises(error):
        await run_task(with_settings(state, task_max_retries=retries), task.id)

    expected = TaskStatus.QUEUED if retries else TaskStatus.FAILED
    assert (await read_task(state, task)).status is expected
