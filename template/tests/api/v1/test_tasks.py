from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient

from app.config import Settings
from app.dependencies import Resources
from app.jobs.run import run_task
from tests.factories.people import People

TASKS = "/api/v1/tasks"
CSV = b"name,born\nAda Lovelace,1815\nGrace Hopper,1906\n"


async def send_file(client: AsyncClient, content: bytes = CSV) -> str:
    file = {"file": ("../../app/main.py", content, "image/png")}
    response = await client.post(f"{TASKS}/process-file", files=file)
    assert response.status_code == 202, response.text
    assert response.json()["status"] == "queued"
    task_id: str = response.json()["task_id"]
    return task_id


async def read(client: AsyncClient, task_id: str) -> dict[str, Any]:
    response = await client.get(f"{TASKS}/{task_id}")
    assert response.status_code == 200, response.text
    task: dict[str, Any] = response.json()
    return task


async def test_file_is_processed_whatever_the_client_calls_it(
    ada: AsyncClient, resources: Resources, settings: Settings
) -> None:
    before = set(settings.upload_folder.iterdir())
    task_id = await send_file(ada)

    await run_task(resources, UUID(task_id))

    task = await read(ada, task_id)
    assert (task["task_id"], task["kind"], task["status"]) == (task_id, "process_file", "succeeded")
    assert (task["progress"], task["error"]) == (100, None)
    assert task["result"] == {"lines": 3, "words": 5, "sha256": sha256(CSV).hexdigest()}
    assert set(settings.upload_folder.iterdir()) == before


async def test_task_of_somebody_else_does_not_exist(people: People, ada: AsyncClient) -> None:
    eve = await people.sign_up("eve@example.com")
    task_id = await send_file(ada)

    assert (await ada.get(f"{TASKS}/{task_id}")).status_code == 200
    assert (await eve.get(f"{TASKS}/{task_id}")).status_code == 404
    assert (await ada.get(f"{TASKS}/{uuid4()}")).status_code == 404


async def test_tasks_need_a_signed_in_user(client: AsyncClient) -> None:
    mail = {"subject": "Hello", "text": "World"}

    assert (await client.post(f"{TASKS}/email", json=mail)).status_code == 401
    assert (await client.post(f"{TASKS}/process-file", files={"file": CSV})).status_code == 401
    assert (await client.get(f"{TASKS}/{uuid4()}")).status_code == 401


async def test_mail_goes_to_nobody_but_the_caller(
    ada: AsyncClient, resources: Resources, caplog: pytest.LogCaptureFixture
) -> None:
    mail = {"subject": "Hello", "text": "World"}

    accepted = await ada.post(f"{TASKS}/email", json=mail)
    refused = await ada.post(f"{TASKS}/email", json=mail | {"to": "victim@example.com"})

    assert (accepted.status_code, refused.status_code) == (202, 422)
    await run_task(resources, UUID(accepted.json()["task_id"]))
    assert (await read(ada, accepted.json()["task_id"]))["status"] == "succeeded"
    assert "ada@example.com" in caplog.text


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"x" * 1001, 413), (b"x" * 20_000, 413), (b"\x89PNG\r\n\x1a\n", 415), (b"nul\x00", 415)],
    ids=["large", "larger", "picture", "binary"],
)
async def test_file_is_refused_for_what_it_contains(
    ada: AsyncClient, settings: Settings, content: bytes, status: int
) -> None:
    file = {"file": ("table.csv", content, "text/csv")}
    before = set(settings.upload_folder.iterdir())

    response = await ada.post(f"{TASKS}/process-file", files=file)

    assert response.status_code == status
    assert set(settings.upload_folder.iterdir()) == before
