from pathlib import Path
from time import perf_counter

import pytest
from asgi_lifespan import LifespanManager
from httpx2 import ASGITransport, AsyncClient
from pydantic import ValidationError

from app.config import Settings
from app.core.storage import Storage
from app.exceptions import ServiceUnavailable, StoredFileNotFound
from app.factory import create_app
from tests.storage import use_bucket


async def test_file_is_stored_read_and_deleted(storage_settings: Settings) -> None:
    storage = Storage(storage_settings)

    await storage.put("files/a", b"0123456789")

    assert await storage.read("files/a") == b"0123456789"
    assert await storage.read("files/a", (3, 5)) == b"34"
    await storage.delete("files/a", "files/a")
    with pytest.raises(StoredFileNotFound):
        await storage.read("files/a")
    await storage.ping()


@pytest.mark.parametrize("key", ["../secret", "a/../../secret", "a/./b", "/../secret"])
async def test_key_cannot_leave_the_folder(settings: Settings, key: str) -> None:
    storage = Storage(settings)

    with pytest.raises(ValueError, match="path"):
        await storage.put(key, b"")


async def test_other_users_of_the_machine_cannot_read_the_folder(
    settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    storage = Storage(settings.model_copy(update={"storage_url": f"file://{folder}"}))

    await storage.put("a", b"private")

    assert folder.stat().st_mode & 0o077 == 0


async def test_storage_that_hangs_fails_within_two_seconds(hanging_s3_settings: Settings) -> None:
    storage = Storage(hanging_s3_settings)
    started_at = perf_counter()

    with pytest.raises(ServiceUnavailable):
        await storage.read("files/a")

    assert perf_counter() - started_at < 2


async def test_storage_that_cannot_be_used_is_unavailable(
    settings: Settings, s3_settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    broken = [
        settings.model_copy(update={"storage_url": f"file://{tmp_path}/file/below"}),
        s3_settings.model_copy(update={"storage_url": "s3://missing"}),
        use_bucket(settings, "127.0.0.1:1"),
        use_bucket(settings, "127.0.0.1:1").model_copy(update={"aws_access_key_id": ""}),
    ]

    for storage in map(Storage, broken):
        with pytest.raises(ServiceUnavailable):
            await storage.put("files/a", b"content")
        await storage.delete("files/a")
        with pytest.raises(Exception, match=r"not|Not|error"):
            await storage.ping()


async def test_application_is_ready_but_degraded_while_the_storage_does_not_answer(
    settings: Settings,
) -> None:
    async with LifespanManager(create_app(use_bucket(settings, "127.0.0.1:1"))) as running:
        transport = ASGITransport(running.app)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            assert (await client.get("/health/ready")).status_code == 204
            report = (await client.get("/health")).json()

    assert (report["status"], report["services"]["storage"]) == ("degraded", None)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"storage_url": "ftp://files"}, "must be a folder such as file:///data/files"),
        ({"storage_url": "s3://user:secret@files"}, "must be a folder such as file:///data/files"),
        ({"storage_url": "file://"}, "must be a folder such as file:///data/files"),
        (
            {"environment": "production", "storage_url": "file://var/files"},
            "STORAGE_URL must be a bucket or an absolute folder",
        ),
        (
            {"storage_url": "s3://files", "aws_endpoint_url_s3": "https://files.s3.example.com"},
            "AWS_ENDPOINT_URL_S3 must not have the bucket in it",
        ),
        (
            {"storage_url": "s3://files/a", "aws_endpoint_url_s3": "https://s3.example.com/files"},
            "AWS_ENDPOINT_URL_S3 must not have the bucket in it",
        ),
        ({"aws_access_key_id": "app"}, "AWS_SECRET_ACCESS_KEY must be set together"),
    ],
)
def test_wrong_settings_are_one_sentence(
    settings: Settings, changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Settings.model_validate(settings.model_dump() | changes)


def test_folder_may_end_with_a_slash(settings: Settings) -> None:
    values = settings.model_dump() | {"storage_url": "file:///data/files/"}

    assert Settings.model_validate(values).storage_url == "file:///data/files"
