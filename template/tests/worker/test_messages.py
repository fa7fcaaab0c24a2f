import json

from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.testing import capture_logs

from app.config import Settings
from app.worker import tasks
from tests.tasks import add_file


def send_and_receive(settings: Settings, process: type[tasks.Process]) -> str:
    """Send a task, and work on it as a worker does; return its id."""
    task = process.run(add_file(process.state))
    folder = settings.celery_folder / "messages"
    before = set(folder.iterdir())
    process.run(process.state.broker.send(task.id))
    [message] = set(folder.iterdir()) - before
    headers = json.loads(message.read_bytes())["headers"]
    message.unlink()
    with bound_contextvars(request_id="of-the-worker"):
        tasks.run.push_request(**headers)
        tasks.run(str(task.id))
        tasks.run.pop_request()
    return str(task.id)


def test_work_is_logged_with_its_request(settings: Settings, process: type[tasks.Process]) -> None:
    with bound_contextvars(request_id="request-of-ada"), capture_logs([merge_contextvars]) as logs:
        task_id = send_and_receive(settings, process)

    [line] = [line for line in logs if line["event"] == "a task ended"]
    assert (line["request_id"], line["task_id"]) == ("request-of-ada", task_id)
    assert len(line["user_id"]) == len(task_id)
