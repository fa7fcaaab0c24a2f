from asyncio import gather
from threading import Event

import pytest
from anyio import sleep_forever, to_thread

from app.dependencies import AppState
from app.jobs.run import TaskFailed, set_progress
from app.models.task import Task, TaskStatus
from tests.tasks import read_task, run_file_task, with_settings


async def test_task_that_is_delivered_twice_runs_once(state: AppState, task: Task) -> None:
    calls = list[str]()

    async def process(state: AppState, task: Task, *, upload: str) -> dict[str, str | int]:
        calls.append(upload)
        return {"words": 3}

    await gather(run_file_task(state, task, process), run_file_task(state, task, process))
    await run_file_task(state, task, process)

    finished = await read_task(state, task)
    assert (finished.status, finished.result) == (TaskStatus.SUCCEEDED, {"words": 3})
    assert calls == [task.kwargs["upload"]]


async def test_failed_try_is_queued_again_and_the_last_one_fails_the_task(
    state: AppState, task: Task
) -> None:
    async def fail(state: AppState, task: Task, *, upload: str) -> None:
        await set_progress(state, task, 30)
        raise ConnectionError("secret.internal does not answer")

    file = state.uploads.path_of(task.kwargs["upload"])
    with pytest.raises(ConnectionError):
        await run_file_task(state, task, fail)
    queued = await read_task(state, task)
    assert (queued.status, queued.progress, file.exists()) == (TaskStatus.QUEUED, 0, True)

    with pytest.raises(ConnectionError):
        await run_file_task(state, task, fail, is_last_try=True)
    failed = await read_task(state, task)
    assert (failed.status, failed.error) == (TaskStatus.FAILED, "The task failed too often.")
    assert not file.exists()


async def test_task_that_cannot_succeed_fails_with_its_reason(state: AppState, task: Task) -> None:
    async def fail(state: AppState, task: Task, *, upload: str) -> None:
        raise TaskFailed("The file has no header.")

    with pytest.raises(TaskFailed):
        await run_file_task(state, task, fail)

    failed = await read_task(state, task)
    assert (failed.status, failed.error) == (TaskStatus.FAILED, "The file has no header.")


@pytest.mark.parametrize("is_in_thread", [False, True])
async def test_task_stops_at_its_time_limit(
    state: AppState, task: Task, *, is_in_thread: bool
) -> None:
    is_stopped = Event()

    async def hang(state: AppState, task: Task, *, upload: str) -> None:
        if is_in_thread:
            await to_thread.run_sync(is_stopped.wait, abandon_on_cancel=True)
        await sleep_forever()

    limited = with_settings(state, task_time_limit_seconds=0.01)
    with pytest.raises(TimeoutError):
        await run_file_task(limited, task, hang, is_last_try=True)
    is_stopped.set()

    assert (await read_task(state, task)).status is TaskStatus.FAILED
