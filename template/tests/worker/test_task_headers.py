import json
from typing import Any

from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.testing import capture_logs

from app.config import Settings
from app.jobs.publish import publish_task
from app.worker.process import WorkerProcess
from tests.tasks import add_file_task
from tests.worker.conftest import get_task


def send_and_receive(settings: Settings, process: WorkerProcess) -> str:
    """Publish a task and run it with the headers of its message. Return its id."""
    task = process.run(add_file_task(process.state))
    folder = settings.celery_folder / "messages"
    before = set(folder.iterdir())
    process.run(publish_task(process.state, task))
    [message] = set(folder.iterdir()) - before
    headers = json.loads(message.read_bytes())["headers"]
    headers["called_directly"] = False
    message.unlink()
    with bound_contextvars(request_id="of-the-worker"):
        celery_task: Any = get_task("process_file")  # its stubs lack the arguments of push_request
        celery_task.push_request(**headers)
        try:
            celery_task(str(task.id))
        finally:
            celery_task.pop_request()
    return str(task.id)


def test_worker_logs_the_id_of_the_request(
    settings: Settings, worker_process: WorkerProcess
) -> None:
    with bound_contextvars(request_id="request-of-ada"), capture_logs([merge_contextvars]) as logs:
        task_id = send_and_receive(settings, worker_process)

    [line] = [line for line in logs if line["event"] == "task finished"]
    assert (line["request_id"], line["task_id"]) == ("request-of-ada", task_id)
    assert len(line["user_id"]) == len(task_id)
