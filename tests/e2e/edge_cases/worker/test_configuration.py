# Needs app/worker
import pytest
from celery.canvas import Signature
from celery.exceptions import Retry
from pydantic import SecretStr

from app.config import Settings
from app.models.entity import utc_now
from app.models.task import TaskStatus
from app.worker import tasks
from app.worker.configuration import create_worker
from tests.servers import settings_error
from tests.tasks import add_file, change_task, read_task


@pytest.mark.parametrize("backend", ["redis://127.0.0.1/1", ""])
def test_results_go_where_they_are_wanted(settings: Settings, backend: str) -> None:
    urls = {
        "celery_broker_url": SecretStr("redis://127.0.0.1/0"),
        "celery_result_backend": SecretStr(backend),
    }

    conf = create_worker(settings.model_copy(update=urls)).conf

    assert conf.result_backend == (backend or None)
    assert conf.broker_transport_options["visibility_timeout"] > conf.task_time_limit


def test_results_of_development_are_in_a_file(settings: Settings) -> None:
    conf = create_worker(settings).conf

    assert conf.result_backend == f"db+sqlite:///{settings.celery_folder}/results.db"


def test_process_of_a_task_may_not_outlast_the_patience_of_its_broker(settings: Settings) -> None:
    limits = {"task_time_limit_seconds": 300, "celery_visibility_timeout_seconds": 330}

    reason = settings_error(settings, environment="production", **limits)

    assert "CELERY_VISIBILITY_TIMEOUT_SECONDS must exceed" in reason


def test_worker_comes_back_to_a_task_that_is_not_due_however_often(
    process: type[tasks.Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    state, run = process.state, process.runner.run
    task = run(add_file(state))
    run(change_task(state, task, due_at=utc_now().replace(year=9000)))
    monkeypatch.setattr(Signature, "apply_async", lambda _: None)

    tasks.run.push_request(retries=100, called_directly=False)
    with pytest.raises(Retry):
        tasks.run(str(task.id))
    tasks.run.pop_request()

    run(change_task(state, task, due_at=utc_now()))
    tasks.run(str(task.id))
    assert run(read_task(state, task)).status is TaskStatus.SUCCEEDED


def test_message_that_makes_no_sense_does_not_come_for_ever(
    process: type[tasks.Process],
) -> None:
    assert tasks.run.apply(("not-an-id",)).state == "FAILURE"
