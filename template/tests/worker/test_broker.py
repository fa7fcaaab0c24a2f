import json
import re
from datetime import timedelta

import pytest
from pydantic import SecretStr

from app.config import Settings
from app.dependencies import AppState
from app.jobs.publish import publish_task, publish_unpublished_tasks
from app.models.entity import utc_now
from app.models.task import TaskStatus
from tests.factories.users import UserFactory
from tests.servers import Serve, settings_error
from tests.tasks import add_file_task, change_task, read_task


def read_messages(settings: Settings) -> list[str]:
    """Return the ids of the tasks in the queue, and empty it."""
    tasks = []
    for file in (settings.celery_folder / "messages").iterdir():
        message = json.loads(file.read_bytes())
        assert message["content-type"] == "application/json"
        tasks.append(message["headers"]["id"])
        file.unlink()
    return tasks


@pytest.fixture(autouse=True)
def no_messages(settings: Settings) -> None:
    """Delete the messages of earlier tests."""
    read_messages(settings)


async def test_task_that_was_not_published_is_published_once(
    settings: Settings, state: AppState
) -> None:
    task = await add_file_task(state)

    await publish_unpublished_tasks(state)
    assert read_messages(settings) == [str(task.id)]

    await publish_unpublished_tasks(state)
    assert read_messages(settings) == []


async def test_task_whose_worker_is_lost_is_published_again(
    settings: Settings, state: AppState
) -> None:
    task = await add_file_task(state)
    await publish_task(state, task)
    await change_task(state, task, status=TaskStatus.RUNNING)
    read_messages(settings)

    await publish_unpublished_tasks(state)
    assert read_messages(settings) == []

    too_long = timedelta(seconds=settings.task_time_limit_seconds + 90 + 121)
    await change_task(state, task, updated_at=utc_now() - too_long)
    await publish_unpublished_tasks(state)
    assert read_messages(settings) == [str(task.id)]
    assert (await read_task(state, task)).status is TaskStatus.QUEUED


async def test_task_that_is_queued_for_longer_than_an_hour_is_published_again(
    settings: Settings, state: AppState
) -> None:
    task = await add_file_task(state)
    await publish_task(state, task)
    read_messages(settings)

    an_hour_ago = utc_now() - timedelta(hours=1)
    await change_task(state, task, published_at=an_hour_ago + timedelta(minutes=1))
    await publish_unpublished_tasks(state)
    assert read_messages(settings) == []

    await change_task(state, task, published_at=an_hour_ago)
    await publish_unpublished_tasks(state)
    assert read_messages(settings) == [str(task.id)]


async def test_task_without_a_job_fails_after_an_hour_because_no_worker_knows_it(
    settings: Settings, state: AppState
) -> None:
    task = await add_file_task(state)
    await change_task(state, task, kind="removed")
    await publish_unpublished_tasks(state)
    assert read_messages(settings) == [str(task.id)]

    too_long = utc_now() - timedelta(minutes=61)
    await change_task(state, task, created_at=too_long, published_at=too_long)
    await publish_unpublished_tasks(state)

    failed = await read_task(state, task)
    assert (failed.status, failed.error) == (
        TaskStatus.FAILED,
        "This kind of task no longer exists.",
    )
    assert read_messages(settings) == []


async def test_all_unpublished_tasks_are_published_at_once(
    settings: Settings, state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = [await add_file_task(state, f"user{number}@example.com") for number in range(3)]
    monkeypatch.setattr("app.crud.task.BATCH_SIZE", 2)

    await publish_unpublished_tasks(state)

    assert sorted(read_messages(settings)) == sorted(str(task.id) for task in tasks)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "amqp://guest:guest@127.0.0.1:1//"])
async def test_broker_that_is_down_fails_no_request_and_leaves_the_task_queued(
    users: UserFactory, serve: Serve, url: str
) -> None:
    headers = (await users.register()).headers

    async with serve(celery_broker_url=SecretStr(url)) as ada:
        ada.headers.update(headers)
        accepted = await ada.post("/api/v1/tasks/process-file", files={"file": b"some words"})
        task = await ada.get(f"/api/v1/tasks/{accepted.json()['id']}")
        health = await ada.get("/health")

    assert (accepted.status_code, task.json()["status"]) == (202, "queued")
    assert health.json()["services"]["broker"] is None


@pytest.mark.parametrize("url", ["", "filesystem://", "memory://", "amqps://a;amqps://b"])
def test_production_rejects_brokers_that_lose_messages(settings: Settings, url: str) -> None:
    reason = settings_error(settings, environment="production", celery_broker_url=url)

    assert re.search("CELERY_BROKER_URL (is not set|must be like redis://)", reason)


@pytest.mark.parametrize(
    "url",
    [
        "pyamqp://guest@rabbit//",
        "amqp://guest@rabbit//",
        "rabbitmq://guest@rabbit//",
        "amqp://a:p,w@rabbit;amqp://a:p,w@other",
        "valkey://redis:6379/0",
    ],
)
def test_production_accepts_brokers_as_libraries_name_them(settings: Settings, url: str) -> None:
    reason = settings_error(settings, environment="production", celery_broker_url=url)

    assert "CELERY_BROKER_URL" not in reason


@pytest.mark.parametrize("url", ["amqp", "https://broker.example.com", "kafka://127.0.0.1"])
def test_broker_of_another_kind_is_rejected_everywhere(settings: Settings, url: str) -> None:
    reason = settings_error(settings, celery_broker_url=url)

    assert "CELERY_BROKER_URL must be" in reason


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("amqp://a:b@rabbit:5672,a:b@other:5672//", "a ; between the URLs of several servers"),
        ("sentinel://a:26379;sentinel://b:26379", "use one server, or a proxy"),
        ("redis+sentinel://a:26379", "use one server, or a proxy"),
        ("redis://a/0;redis://b/0", "use one server, or a proxy"),
    ],
)
def test_several_servers_are_rejected_with_the_way_out(
    settings: Settings, url: str, expected: str
) -> None:
    assert expected in settings_error(settings, celery_broker_url=url)
