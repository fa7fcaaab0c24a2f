import logging
from runpy import run_module

import pytest
from celery.canvas import Signature
from celery.exceptions import Retry
from pydantic import SecretStr

from app.config import Settings
from app.models.entity import utc_now
from app.models.task import TaskStatus
from app.worker import tasks
from app.worker.configuration import create_worker
from tests.tasks import add_file, change_task, read_task


def test_worker_comes_back_to_a_task_that_is_not_due_however_often(
    process: type[tasks.Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    resources, run = process.resources, process.runner.run
    task = run(add_file(resources))
    run(change_task(resources, task, due_at=utc_now().replace(year=9000)))
    monkeypatch.setattr(Signature, "apply_async", lambda _: None)

    tasks.run.push_request(retries=100, called_directly=False)
    with pytest.raises(Retry):
        tasks.run(str(task.id))
    tasks.run.pop_request()

    run(change_task(resources, task, due_at=utc_now()))
    tasks.run(str(task.id))
    assert run(read_task(resources, task)).status is TaskStatus.SUCCEEDED


def test_worker_looks_after_the_tasks(process: type[tasks.Process]) -> None:
    resources, run = process.resources, process.runner.run
    task = run(add_file(resources))
    run(change_task(resources, task, due_at=utc_now().replace(year=2000)))

    tasks.sweep()
    tasks.clean()

    assert run(read_task(resources, task)).due_at.year > 2000


def test_workers_lose_nothing_and_read_json_only(settings: Settings) -> None:
    conf = create_worker(settings).conf

    assert (conf.task_acks_late, conf.task_reject_on_worker_lost) == (True, True)
    assert (conf.worker_prefetch_multiplier, conf.accept_content) == (1, ["json"])
    assert conf.result_backend == f"db+sqlite:///{settings.celery_folder}/results.db"


@pytest.mark.parametrize("backend", ["redis://127.0.0.1/1", ""])
def test_results_go_where_they_are_wanted(settings: Settings, backend: str) -> None:
    urls = {
        "celery_broker_url": SecretStr("redis://127.0.0.1/0"),
        "celery_result_backend": SecretStr(backend),
    }

    conf = create_worker(settings.model_copy(update=urls)).conf

    assert conf.result_backend == (backend or None)
    assert conf.broker_transport_options["visibility_timeout"] > conf.task_time_limit


def test_worker_is_set_up_by_settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.config.get_settings", lambda: settings)
    logging.getLogger("app").setLevel(logging.CRITICAL)

    module = run_module("app.worker.celery_app")
    module["set_up_logging"]()

    assert module["celery_app"].conf.task_default_queue == settings.celery_queue
    assert logging.getLogger("app").level == logging.INFO
