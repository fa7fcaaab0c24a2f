from asyncio import gather
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Event as ThreadEvent

import pytest
from anyio import Event, create_task_group, fail_after, sleep_forever, to_thread

from app.dependencies import AppState
from app.jobs.job import Result, TaskFailed, set_progress
from app.jobs.registry import Job
from app.jobs.run import run_task
from app.models.task import MAX_ERROR_LENGTH, Task, TaskStatus
from tests.tasks import change_task, read_task, upload_path, with_settings

Replace = Callable[[Job], None]


async def test_task_that_is_delivered_twice_runs_once(
    state: AppState, task: Task, replace_job: Replace
) -> None:
    calls = list[str]()

    async def process(state: AppState, task: Task, *, upload: str) -> Result:
        calls.append(upload)
        return {"words": 3}

    replace_job(process)
    await gather(run_task(state, task.id), run_task(state, task.id))
    await run_task(state, task.id)
    await run_task(state, task.id, is_redelivered=True)

    finished = await read_task(state, task)
    assert (finished.status, finished.result) == (TaskStatus.SUCCEEDED, {"words": 3})
    assert (calls, finished.attempts) == ([task.kwargs["upload"]], 1)


@pytest.mark.parametrize("error", [None, ConnectionError(), TaskFailed("too late")], ids=str)
async def test_attempt_that_another_one_has_replaced_does_not_change_the_row(
    state: AppState, task: Task, replace_job: Replace, error: Exception | None
) -> None:
    both_run, first_ended = Event(), Event()

    async def process(state: AppState, task: Task, *, upload: str) -> Result:
        if task.attempts == 1:
            redelivered = partial(run_task, state, task.id, is_redelivered=True)
            group.start_soon(redelivered)
            await both_run.wait()
            await set_progress(state, task, 50)
            if error:
                raise error
        else:
            both_run.set()
            await first_ended.wait()
        return {"words": task.attempts}

    replace_job(process)
    with fail_after(60):
        async with create_task_group() as group:
            with suppress(TaskFailed):
                await run_task(state, task.id)
            running = await read_task(state, task)
            assert (running.status, running.progress) == (TaskStatus.RUNNING, 0)
            first_ended.set()

    finished = await read_task(state, task)
    assert (finished.status, finished.result) == (TaskStatus.SUCCEEDED, {"words": 2})


async def test_failed_attempt_is_queued_again_and_the_last_one_fails_the_task(
    state: AppState, task: Task, replace_job: Replace
) -> None:
    async def fail(state: AppState, task: Task, *, upload: str) -> None:
        await set_progress(state, task, 30)
        raise ConnectionError("secret.internal does not answer")

    replace_job(fail)
    once_more = with_settings(state, task_max_retries=1)
    file = upload_path(state, task)
    with pytest.raises(ConnectionError):
        await run_task(once_more, task.id)
    queued = await read_task(state, task)
    assert (queued.status, queued.progress, file.exists()) == (TaskStatus.QUEUED, 0, True)

    with pytest.raises(TaskFailed):
        await run_task(once_more, task.id)
    failed = await read_task(state, task)
    assert (failed.status, failed.error) == (TaskStatus.FAILED, "The task failed too often.")
    assert not file.exists()


async def test_task_whose_attempts_are_all_lost_fails(state: AppState, task: Task) -> None:
    attempts = state.settings.task_max_retries + 1
    await change_task(state, task, status=TaskStatus.RUNNING, attempts=attempts)

    with pytest.raises(TaskFailed):
        await run_task(state, task.id, is_redelivered=True)

    assert (await read_task(state, task)).status is TaskStatus.FAILED


async def test_task_that_cannot_succeed_fails_with_its_reason(
    state: AppState, task: Task, replace_job: Replace
) -> None:
    async def fail(state: AppState, task: Task, *, upload: str) -> None:
        raise TaskFailed("The file has no header." * 20)

    replace_job(fail)
    with pytest.raises(TaskFailed):
        await run_task(state, task.id)

    failed = await read_task(state, task)
    assert failed.status is TaskStatus.FAILED
    assert (failed.error or "").startswith("The file has no header.")
    assert len(failed.error or "") == MAX_ERROR_LENGTH


async def test_task_without_a_job_fails(state: AppState, task: Task) -> None:
    await change_task(state, task, kind="removed")

    with pytest.raises(TaskFailed):
        await run_task(state, task.id)

    failed = await read_task(state, task)
    assert (failed.status, failed.error) == (
        TaskStatus.FAILED,
        "This kind of task no longer exists.",
    )


@pytest.mark.parametrize("is_in_thread", [False, True])
async def test_task_stops_at_its_time_limit(
    state: AppState, task: Task, replace_job: Replace, *, is_in_thread: bool
) -> None:
    is_stopped = ThreadEvent()

    async def hang(state: AppState, task: Task, *, upload: str) -> None:
        if is_in_thread:
            await to_thread.run_sync(is_stopped.wait, abandon_on_cancel=True)
        await sleep_forever()

    replace_job(hang)
    limited = with_settings(state, task_time_limit_seconds=0.01, task_max_retries=0)
    with pytest.raises(TaskFailed) as failed:
        await run_task(limited, task.id)
    is_stopped.set()

    assert isinstance(failed.value.__cause__, TimeoutError)
    assert (await read_task(state, task)).status is TaskStatus.FAILED
