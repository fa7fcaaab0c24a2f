# Needs app/worker
import pytest
from celery import current_app
from pydantic import SecretStr

from app.config import Settings
from app.worker.configuration import create_worker_app
from app.worker.process import WorkerProcess
from app.worker.tasks import JobTask


@pytest.mark.parametrize("limit", [1, 300, 7200])
def test_visibility_timeout_is_longer_than_a_task_can_run(settings: Settings, limit: int) -> None:
    changes = {
        "celery_broker_url": SecretStr("redis://127.0.0.1/0"),
        "task_time_limit_seconds": limit,
    }

    conf = create_worker_app(settings.model_copy(update=changes)).conf

    timeout = conf.broker_transport_options["visibility_timeout"]
    assert timeout == conf.task_time_limit + 60
    assert conf.task_time_limit > limit
    assert JobTask.retry_backoff_max < timeout


def test_message_with_an_invalid_id_is_not_retried_for_ever(
    worker_process: WorkerProcess,
) -> None:
    assert worker_process.state
    assert current_app.tasks["process_file"].apply(("not-an-id",)).state == "FAILURE"
