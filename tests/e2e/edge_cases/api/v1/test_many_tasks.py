# Needs app/jobs
import pytest
from httpx2 import AsyncClient

from app.config import Settings
from tests.factories.users import UserFactory

FILE = {"file": b"some words"}


async def test_number_of_unfinished_tasks_of_a_user_is_limited(
    ada: AsyncClient, users: UserFactory, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def do_not_publish(*_: object) -> None: ...

    monkeypatch.setattr("app.crud.task.MAX_UNFINISHED_TASKS", 1)
    monkeypatch.setattr("app.api.v1.endpoints.tasks.publish_task", do_not_publish)
    eve = await users.register("eve@example.com")
    before = len(list(settings.upload_folder.iterdir()))
    statuses = [
        (await one.post("/api/v1/tasks/process-file", files=FILE)).status_code
        for one in (ada, ada, eve)
    ]

    assert statuses == [202, 409, 202]
    assert len(list(settings.upload_folder.iterdir())) == before + 2
