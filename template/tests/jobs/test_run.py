from asyncio import gather
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from anyio import sleep_forever

from app.crud.task import claim_task
from app.dependencies import AppState
from app.jobs.job import Job, Result
from app.jobs.run import run_task
from app.jobs.work import WORK
from app.models.entity import utc_now
from app.models.task import Task, TaskKind, TaskStatus
from tests.tasks import change_task, read_task

SECOND = timedelta(seconds=1)
Work = Callable[[Job], Awaitable[Result | None]]


def do(monkeypatch: pytest.MonkeyPatch, work: Work) -> None:
    monkeypatch.setitem(WORK, TaskKind.PROCESS_FILE, work)


def with_settings(state: AppState, **values: object) -> AppState:
    return replace(state, settings=state.settings.model_copy(update=values))


async def test_task_that_arrives_twice_is_done_once(state: AppState, task: Task) -> None:
    await gather(run_task(state, task.id), run_task(state, task.id))
    await run_task(state, task.id)

    done = await read_task(state, task)
    assert (done.status, done.attempts) == (TaskStatus.SUCCEEDED, 1)


async def test_task_of_a_dead_worker_is_taken_over_later(state: AppState, task: Task) -> None:
    async with state.sessionmaker.begin() as db:
        assert await claim_task(db, task.id, 60 * SECOND)

    pause = await run_task(state, task.id)
    assert pause is not None
    assert 0 < pause <= 60
    assert (await read_task(state, task)).attempts == 1

    await change_task(state, task, due_at=utc_now())
    assert await run_task(state, task.id) is None
    assert (await read_task(state, task)).status is TaskStatus.SUCCEEDED


async def test_failure_is_tried_again_later_until_it_failed_too_often(
    state: AppState, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(job: Job) -> None:
        await job.report(30)
        raise ConnectionError("secret.internal does not answer")

    do(monkeypatch, fail)
    impatient = with_settings(state, task_max_attempts=2)

    pause = await run_task(impatient, task.id)
    assert pause is not None
    assert 1 <= pause <= 2
    waiting = await read_task(state, task)
    assert (waiting.status, waiting.progress) == (TaskStatus.QUEUED, 0)

    await change_task(state, task, due_at=utc_now())
    assert await run_task(impatient, task.id) is None
    failed = await read_task(state, task)
    assert (failed.status, failed.error) == (TaskStatus.FAILED, "It failed too often.")


async def test_work_that_takes_too_long_is_stopped(
    state: AppState, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(job: Job) -> None:
        await sleep_forever()

    do(monkeypatch, hang)
    hasty = with_settings(state, task_time_limit_seconds=0.01, task_max_attempts=1)
    await run_task(hasty, task.id)

    assert (await read_task(state, task)).status is TaskStatus.FAILED
