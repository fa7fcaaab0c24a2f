import logging
from runpy import run_module
from typing import Any

import pytest
from celery import Celery
from celery.canvas import Signature
from celery.exceptions import Retry

from app.config import Settings
from app.jobs.job import TaskFailed
from app.jobs.registry import JOBS
from app.models.task import TaskStatus
from app.worker import tasks
from app.worker.configuration import create_worker_app
from app.worker.process import WorkerProcess
from tests.tasks import add_file_task, change_task, read_task
from tests.worker.conftest import get_task


async def fail(*_: object, **__: object) -> None:
    raise ConnectionError


def deliver(task_id: str, *, retries: int = 0, is_redelivered: bool = True) -> None:
    """Run a task as if its message was delivered, for the second time by default."""
    task: Any = get_task("process_file")  # Celery's stubs lack the arguments of push_request
    message = {
        "id": task_id,
        "args": [task_id],
        "retries": retries,
        "delivery_info": {"redelivered": is_redelivered},
        "called_directly": False,
    }
    task.push_request(**message)
    try:
        task(task_id)
    finally:
        task.pop_request()


def test_periodic_tasks_publish_unpublished_tasks(worker_process: WorkerProcess) -> None:
    state, run = worker_process.state, worker_process.run
    task = run(add_file_task(state))

    tasks.publish_unpublished_tasks_task()
    tasks.delete_expired_task()

    assert run(read_task(state, task)).published_at


@pytest.fixture
def retries(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the numbers of the retries that are published."""
    retries = list[int]()
    monkeypatch.setattr(
        Signature, "apply_async", lambda signature: retries.append(signature.options["retries"])
    )
    return retries


def test_every_job_has_a_celery_task(settings: Settings) -> None:
    app = create_worker_app(settings)
    app.loader.import_default_modules()

    assert JOBS.keys() <= app.tasks.keys()


def test_task_of_a_killed_worker_is_the_next_attempt(worker_process: WorkerProcess) -> None:
    state, run = worker_process.state, worker_process.run
    task, other = run(add_file_task(state)), run(add_file_task(state, "bob@example.com"))
    run(change_task(state, task, status=TaskStatus.RUNNING, attempts=1))
    last = state.settings.task_max_retries + 1
    run(change_task(state, other, status=TaskStatus.RUNNING, attempts=last))

    deliver(str(task.id))
    with pytest.raises(TaskFailed):
        deliver(str(other.id))

    finished, failed = run(read_task(state, task)), run(read_task(state, other))
    assert (finished.status, finished.attempts) == (TaskStatus.SUCCEEDED, 2)
    assert (failed.status, failed.error) == (TaskStatus.FAILED, "The task failed too often.")


def test_last_retry_of_a_message_is_not_the_last_attempt_of_its_task(
    worker_process: WorkerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(JOBS, "process_file", fail)
    state, run = worker_process.state, worker_process.run
    task = run(add_file_task(state))

    with pytest.raises(ConnectionError):
        deliver(str(task.id), retries=state.settings.task_max_retries)

    queued = run(read_task(state, task))
    assert (queued.status, queued.attempts, queued.published_at) == (TaskStatus.QUEUED, 1, None)


def test_message_that_is_delivered_again_before_its_task_started_is_no_failed_try(
    worker_process: WorkerProcess,
) -> None:
    task = worker_process.run(add_file_task(worker_process.state))

    deliver(str(task.id))

    finished = worker_process.run(read_task(worker_process.state, task))
    assert finished.status is TaskStatus.SUCCEEDED


def test_retry_is_published_by_celery_and_not_by_the_publisher(
    worker_process: WorkerProcess, retries: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(JOBS, "process_file", fail)
    state, run = worker_process.state, worker_process.run
    task = run(add_file_task(state))

    with pytest.raises(Retry):
        deliver(str(task.id), is_redelivered=False)
    queued = run(read_task(state, task))
    assert (queued.status, queued.published_at, retries) == (TaskStatus.QUEUED, None, [1])

    get_task("process_file").on_retry(ConnectionError(), str(task.id), (), {}, None)
    assert run(read_task(state, task)).published_at


def test_task_stays_queued_while_the_database_is_down(
    worker_process: WorkerProcess, retries: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.jobs.run.start_attempt", fail)
    monkeypatch.setattr("app.jobs.publish.mark_published", fail)
    state, run = worker_process.state, worker_process.run
    task = run(add_file_task(state))

    with pytest.raises(Retry):
        deliver(str(task.id), is_redelivered=False)
    get_task("process_file").on_retry(ConnectionError(), str(task.id), (), {}, None)

    assert (run(read_task(state, task)).status, retries) == (TaskStatus.QUEUED, [1])


def test_message_without_a_valid_id_is_not_retried(worker_process: WorkerProcess) -> None:
    assert worker_process.state
    with pytest.raises(TaskFailed):
        deliver("none")


def test_tasks_are_acknowledged_late_and_redelivered(worker_process: WorkerProcess) -> None:
    assert worker_process.state
    for kind in JOBS:
        task = get_task(kind)
        assert task.acks_late
        assert not task.acks_on_timeout
        assert task.reject_on_worker_lost
        assert task.max_retries == worker_process.state.settings.task_max_retries


def test_worker_application_follows_the_settings(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.config.get_settings", lambda: settings)
    logging.getLogger("app").setLevel(logging.CRITICAL)

    module = run_module("app.worker.celery_app")
    module["set_up_logging"]()

    app: Celery = module["celery_app"]
    assert (app.conf.worker_prefetch_multiplier, app.conf.accept_content) == (1, ["json"])
    assert app.conf.task_ignore_result
    assert not app.conf.result_backend
    assert app.conf.task_default_queue == settings.celery_queue
    assert logging.getLogger("app").level == logging.INFO
