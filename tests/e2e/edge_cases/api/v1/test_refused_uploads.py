# Needs app/core/uploads.py app/worker/tasks.py
import os
from errno import ENOSPC
from io import FileIO

import pytest
from httpx2 import AsyncClient
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from app.config import Settings
from tests.tasks import upload_folder

PATH = "/api/v1/tasks/process-file"
FILE = {"file": ("words.txt", b"some words", "text/plain")}


@pytest.mark.skipif("upload_folder" not in Settings.model_fields, reason="uses the storage")
async def test_upload_on_a_full_disk_is_answered_with_503_and_leaves_no_file(
    ada: AsyncClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk(FileIO):
        def write(self, _: object, /) -> int:
            super().write(b"some")
            raise OSError(ENOSPC, os.strerror(ENOSPC))

    before = set(upload_folder(settings).glob("*"))
    monkeypatch.setattr("app.core.uploads.os.fdopen", FullDisk)

    with capture_logs() as logs:
        responses = [await ada.post(PATH, files=FILE) for _ in range(3)]

    assert [response.status_code for response in responses] == [503] * 3
    assert [line.get("cause") for line in logs].count("No space left on device") == 1
    assert set(upload_folder(settings).glob("*")) == before


async def test_upload_whose_request_is_not_committed_is_deleted(
    ada: AsyncClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: AsyncSession) -> None:
        raise PoolTimeout

    before = set(upload_folder(settings).glob("*"))
    monkeypatch.setattr(AsyncSession, "commit", fail)

    response = await ada.post(PATH, files=FILE)

    assert response.status_code == 503
    assert set(upload_folder(settings).glob("*")) == before


async def test_upload_whose_request_is_committed_stays(
    ada: AsyncClient, settings: Settings
) -> None:
    before = set(upload_folder(settings).glob("*"))

    response = await ada.post(PATH, files=FILE)

    assert response.status_code == 202
    assert len(set(upload_folder(settings).glob("*")) - before) == 1
