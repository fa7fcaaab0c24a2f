import json
from datetime import timedelta

import pytest
from pydantic import SecretStr

from app.config import Settings
from app.dependencies import AppState
from app.jobs.queue import sweep
from app.models.entity import utc_now
from tests.factories.users import UserFactory
from tests.servers import Serve, settings_error
from tests.tasks import add_file, change_task


def read_messages(settings: Settings) -> list[str]:
    """Return the tasks that wait in the folder, which is empty then."""
    tasks = []
    for file in (settings.celery_folder / "messages").iterdir():
        message = json.loads(file.read_bytes())
        assert message["content-type"] == "application/json"
        tasks.append(message["headers"]["argsrepr"])
        file.unlink()
    return tasks


async def test_lost_message_is_sent_every_minute(settings: Settings, state: AppState) -> None:
    task = await add_file(state)
    read_messages(settings)

    await sweep(state)
    assert read_messages(settings) == []

    await change_task(state, task, due_at=utc_now() - timedelta(seconds=61))
    await sweep(state)
    assert read_messages(settings) == [f"['{task.id}']"]

    await sweep(state)
    assert read_messages(settings) == []


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "amqp://guest:guest@127.0.0.1:1//"])
async def test_broker_that_is_down_fails_no_request_and_loses_no_task(
    users: UserFactory, serve: Serve, url: str
) -> None:
    headers = (await users.register()).headers

    async with serve(celery_broker_url=SecretStr(url)) as ada:
        ada.headers.update(headers)
        accepted = await ada.post("/api/v1/tasks/process-file", files={"file": b"some words"})
        task = await ada.get(f"/api/v1/tasks/{accepted.json()['task_id']}")
        health = await ada.get("/health")

    assert (accepted.status_code, task.json()["status"]) == (202, "queued")
    assert health.json()["services"]["broker"] is None


@pytest.mark.parametrize("url", ["", "filesystem://", "memory://", "amqps://a;amqps://b"])
def test_production_refuses_brokers_that_lose_tasks(settings: Settings, url: str) -> None:
    reason = settings_error(settings, environment="production", celery_broker_url=url)

    assert "CELERY_BROKER_URL must name Redis or RabbitMQ" in reason
