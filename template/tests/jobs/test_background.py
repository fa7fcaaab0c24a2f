from collections.abc import Callable
from datetime import timedelta

import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI

from app.dependencies import AppState
from app.jobs.job import Result
from app.jobs.process_file import process_file
from app.jobs.publish import publish_task, publish_unpublished_tasks
from app.jobs.registry import Job
from app.models.entity import utc_now
from app.models.task import Task, TaskStatus
from tests.tasks import (
    add_file_task,
    change_task,
    read_task,
    wait_for_success,
    with_settings,
)

BACKGROUND = "app.jobs.background"


async def test_server_runs_the_tasks_that_a_stopped_one_left(
    app: FastAPI, state: AppState, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail_once(_: AppState) -> None:
        monkeypatch.setattr(f"{BACKGROUND}.publish_unpublished_tasks", publish_unpublished_tasks)
        raise ConnectionError("the database does not answer")

    monkeypatch.setattr(f"{BACKGROUND}.publish_unpublished_tasks", fail_once)
    monkeypatch.setattr(f"{BACKGROUND}.INTERVAL_SECONDS", 0.01)
    killed = await add_file_task(state, "bob@example.com")
    an_hour_ago = utc_now() - timedelta(hours=1)
    await change_task(state, killed, status=TaskStatus.RUNNING, updated_at=an_hour_ago)

    async with LifespanManager(app):
        await wait_for_success(state, task)
        await wait_for_success(state, killed)


async def test_running_task_of_another_process_is_left_alone(state: AppState, task: Task) -> None:
    await change_task(state, task, status=TaskStatus.RUNNING)

    await publish_unpublished_tasks(state)

    assert (await read_task(state, task)).status is TaskStatus.RUNNING


@pytest.mark.parametrize("errors", [1, 2])
async def test_task_is_retried(
    state: AppState,
    task: Task,
    replace_job: Callable[[Job], None],
    monkeypatch: pytest.MonkeyPatch,
    errors: int,
) -> None:
    calls = list[str]()

    async def fail_at_first(state: AppState, task: Task, *, upload: str) -> Result:
        calls.append(upload)
        if len(calls) <= errors:
            raise ConnectionError
        return await process_file(state, task, upload=upload)

    replace_job(fail_at_first)
    monkeypatch.setattr("app.jobs.publish.MAX_RETRY_DELAY", 0)

    await publish_task(with_settings(state, task_max_retries=1), task)

    expected = TaskStatus.SUCCEEDED if errors == 1 else TaskStatus.FAILED
    assert ((await read_task(state, task)).status, len(calls)) == (expected, 2)
