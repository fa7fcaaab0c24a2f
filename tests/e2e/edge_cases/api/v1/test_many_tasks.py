# Needs app/jobs
import pytest
from anyio import create_task_group
from httpx2 import AsyncClient

from app.config import Settings
from tests.factories.users import UserFactory
from tests.tasks import upload_folder

FILE = {"file": b"some words"}


async def test_number_of_unfinished_tasks_of_a_user_is_limited(
    ada: AsyncClient, users: UserFactory, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def do_not_publish(*_: object) -> None: ...

    monkeypatch.setattr("app.crud.task.MAX_UNFINISHED_TASKS", 1)
    monkeypatch.setattr("app.api.task_starter.publish_task", do_not_publish)
    eve = await users.register("eve@example.com")
    before = len(list(upload_folder(settings).glob("*")))
    statuses = [
        (await one.post("/api/v1/tasks/process-file", files=FILE)).status_code
        for one in (ada, ada, eve)
    ]

    assert statuses == [202, 409, 202]
    assert len(list(upload_folder(settings).glob("*"))) == before + 2


async def test_limit_holds_for_requests_at_the_same_time(
    ada: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def do_not_publish(*_: object) -> None: ...

    monkeypatch.setattr("app.crud.task.MAX_UNFINISHED_TASKS", 2)
    monkeypatch.setattr("app.api.task_starter.publish_task", do_not_publish)
    statuses = list[int]()

    async def start_task() -> None:
        response = await ada.post("/api/v1/tasks/process-file", files=FILE)
        statuses.append(response.status_code)

    async with create_task_group() as group:
        for _ in range(6):
            group.start_soon(start_task)

    assert sorted(statuses) == [202, 202, 409, 409, 409, 409]
