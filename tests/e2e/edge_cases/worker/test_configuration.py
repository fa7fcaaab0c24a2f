# Needs app/worker
import pytest
from pydantic import SecretStr

from app.config import Settings
from app.worker.configuration import create_worker_app
from app.worker.process import WorkerProcess
from app.worker.tasks import process_file_task


@pytest.mark.parametrize("backend", ["redis://127.0.0.1/1", ""])
def test_result_backend_is_the_one_that_is_set(settings: Settings, backend: str) -> None:
    urls = {
        "celery_broker_url": SecretStr("redis://127.0.0.1/0"),
        "celery_result_backend": SecretStr(backend),
    }

    conf = create_worker_app(settings.model_copy(update=urls)).conf

    assert conf.result_backend == (backend or None)


def test_results_of_development_are_in_a_file(settings: Settings) -> None:
    conf = create_worker_app(settings).conf

    assert conf.result_backend == f"db+sqlite:///{settings.celery_folder}/results.db"


@pytest.mark.parametrize("limit", [1, 300, 7200])
def test_redis_delivers_no_message_again_while_its_task_runs_or_waits_for_a_retry(
    settings: Settings, limit: int
) -> None:
    changes = {
        "celery_broker_url": SecretStr("redis://127.0.0.1/0"),
        "task_time_limit_seconds": limit,
    }

    conf = create_worker_app(settings.model_copy(update=changes)).conf

    timeout = conf.broker_transport_options["visibility_timeout"]
    assert timeout == conf.task_time_limit + 60
    assert conf.task_time_limit > limit
    assert process_file_task.retry_backoff_max < timeout


def test_message_with_an_invalid_id_is_not_retried_for_ever(
    worker_process: WorkerProcess,
) -> None:
    assert process_file_task.apply(("not-an-id",)).state == "FAILURE"
