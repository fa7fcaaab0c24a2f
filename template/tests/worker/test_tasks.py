import logging
from runpy import run_module
from typing import Any

import pytest
from celery import Celery
from celery.canvas import Signature
from celery.exceptions import Retry, WorkerLostError

from app.config import Settings
from app.models.task import TaskStatus
from app.worker import tasks
from app.worker.process import WorkerProcess
from tests.tasks import add_file_task, change_task, read_task


def deliver(task_id: str, *, retries: int = 0) -> None:
    """Run a task as if its message was delivered for the second time."""
    task: Any = tasks.process_file_task  # Celery's stubs lack the arguments of push_request
    message = {
        "id": task_id,
        "args": [task_id],
        "retries": retries,
        "delivery_info": {"redelivered": True},
        "called_directly": False,
    }
    task.push_request(**message)
    try:
        task(task_id)
    finally:
        task.pop_request()


def test_periodic_tasks_publish_pending_tasks(worker_process: WorkerProcess) -> None:
    state, run = worker_process.state, worker_process.run
    task = run(add_file_task(state))

    tasks.publish_pending_tasks_task()
    tasks.delete_expired_task()

    assert run(read_task(state, task)).published_at


def test_killed_worker_counts_as_a_failed_try(
    worker_process: WorkerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    retries = list[int]()
    monkeypatch.setattr(
        Signature, "apply_async", lambda signature: retries.append(signature.options["retries"])
    )
    state, run = worker_process.state, worker_process.run
    task = run(add_file_task(state))
    run(change_task(state, task, status=TaskStatus.RUNNING))

    with pytest.raises(Retry):
        deliver(str(task.id))
    assert (run(read_task(state, task)).status, retries) == (TaskStatus.QUEUED, [1])

    run(change_task(state, task, status=TaskStatus.RUNNING))
    with pytest.raises(WorkerLostError):
        deliver(str(task.id), retries=state.settings.task_max_retries)
    failed = run(read_task(state, task))
    assert (failed.status, failed.error) == (TaskStatus.FAILED, "The task failed too often.")


def test_message_that_is_delivered_again_before_its_task_started_is_no_failed_try(
    worker_process: WorkerProcess,
) -> None:
    task = worker_process.run(add_file_task(worker_process.state))

    deliver(str(task.id))

    finished = worker_process.run(read_task(worker_process.state, task))
    assert finished.status is TaskStatus.SUCCEEDED


def test_configuration_loses_no_message_and_accepts_only_json(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.config.get_settings", lambda: settings)
    logging.getLogger("app").setLevel(logging.CRITICAL)

    module = run_module("app.worker.celery_app")
    module["set_up_logging"]()

    app: Celery = module["celery_app"]
    for task in (tasks.send_email_task, tasks.process_file_task):
        assert (task.acks_late, task.acks_on_timeout, task.reject_on_worker_lost) == (
            True,
            False,
            True,
        )
        assert task.max_retries == settings.task_max_retries
    assert (app.conf.worker_prefetch_multiplier, app.conf.accept_content) == (1, ["json"])
    assert app.conf.task_default_queue == settings.celery_queue
    assert logging.getLogger("app").level == logging.INFO
