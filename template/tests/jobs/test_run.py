from asyncio import gather
from dataclasses import replace

import pytest
from anyio import sleep_forever

from app.dependencies import AppState
from app.jobs.run import TaskFailed, set_progress
from app.models.task import Task, TaskStatus
from tests.tasks import read_task, run_file_task


def with_settings(state: AppState, **values: object) -> AppState:
    return replace(state, settings=state.settings.model_copy(update=values))


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


async def test_task_stops_at_its_time_limit(state: AppState, task: Task) -> None:
    async def hang(state: AppState, task: Task, *, upload: str) -> None:
        await sleep_forever()

    limited = with_settings(state, task_time_limit_seconds=0.01)
    with pytest.raises(TimeoutError):
        await run_file_task(limited, task, hang, is_last_try=True)

    assert (await read_task(state, task)).status is TaskStatus.FAILED
