from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI, Header, Response, UploadFile
from httpx2 import AsyncClient
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.sql import text

from app.api.files import FileRules, file_response, store_upload
from app.config import Settings
from app.core.database import create_engine
from app.core.stored_files import StoredFile, StoredFileType
from app.dependencies import SessionDep, StateDep
from app.exceptions import ServiceUnavailable
from tests.storage import count_files, draw_image

URL = "/api/v1/document"
RULES = FileRules(2000, frozenset({"image/png", "text/plain", "application/pdf"}))


class Tables(DeclarativeBase):
    """The tables of these tests."""


class Document(Tables):
    __tablename__ = "test_documents"
    id: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[StoredFile | None] = mapped_column(StoredFileType)


@pytest.fixture(autouse=True)
async def table(settings: Settings) -> AsyncGenerator[None]:
    """Create the table of documents; drop it after the test."""
    engine = create_engine(settings)
    async with engine.begin() as connection:
        await connection.run_sync(Tables.metadata.create_all)
    yield
    async with engine.begin() as connection:
        await connection.run_sync(Tables.metadata.drop_all)
    await engine.dispose()


@pytest.fixture(autouse=True)
def endpoints(app: FastAPI) -> None:
    """Add endpoints with one document to the application."""
    router = APIRouter(prefix=URL)

    @router.put("", status_code=204, max_body_size=RULES.max_body_size)
    async def replace(
        file: UploadFile, state: StateDep, db: SessionDep, *, fails: bool = False
    ) -> None:
        stored = await store_upload(state.storage, db, file, RULES)
        await db.merge(Document(id=1, file=stored))
        await db.flush()
        if fails:
            raise ServiceUnavailable

    @router.get("")
    async def read(
        state: StateDep, db: SessionDep, requested_range: str | None = Header(None, alias="Range")
    ) -> Response:
        document = await db.get_one(Document, 1)
        return await file_response(state.storage, document.file, requested_range)

    @router.delete("", status_code=204)
    async def delete(db: SessionDep) -> None:
        await db.delete(await db.get_one(Document, 1))

    app.include_router(router)


async def upload(
    client: AsyncClient,
    content: bytes,
    content_type: str = "text/plain",
    name: str = "notes.txt",
    query: str = "",
) -> int:
    files = {"file": (name, content, content_type)}
    return (await client.put(f"{URL}{query}", files=files)).status_code


async def test_file_is_downloaded_as_an_attachment(client: AsyncClient) -> None:
    assert await upload(client, b"0123456789", name="../../Größe\u202e1.txt") == 204

    response = await client.get(URL)

    assert (response.status_code, response.content) == (200, b"0123456789")
    assert response.headers["Content-Type"].startswith("text/plain")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    disposition = response.headers["Content-Disposition"]
    assert disposition == "attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe1.txt"


@pytest.mark.parametrize(
    ("value", "content", "content_range"),
    [
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=8-", b"89", "bytes 8-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=5-99", b"56789", "bytes 5-9/10"),
        ("bytes=10-", b"0123456789", None),
        ("bytes=1-2,4-5", b"0123456789", None),
        ("lines=1-2", b"0123456789", None),
    ],
)
async def test_range_of_a_file_is_downloaded(
    client: AsyncClient, value: str, content: bytes, content_range: str | None
) -> None:
    await upload(client, b"0123456789")

    response = await client.get(URL, headers={"Range": value})

    assert response.status_code == (206 if content_range else 200)
    assert (response.content, response.headers.get("Content-Range")) == (content, content_range)


async def test_replaced_and_deleted_files_are_removed(
    client: AsyncClient, storage_folder: Path
) -> None:
    before = count_files(storage_folder)

    await upload(client, b"old")
    await upload(client, b"new")
    assert count_files(storage_folder) == before + 1
    assert (await client.get(URL)).content == b"new"

    assert (await client.delete(URL)).status_code == 204
    assert count_files(storage_folder) == before


async def test_request_that_fails_leaves_the_files_as_they_were(
    client: AsyncClient, storage_folder: Path
) -> None:
    await upload(client, b"old")
    before = count_files(storage_folder)

    assert await upload(client, b"new", query="?fails=true") == 503

    assert count_files(storage_folder) == before
    assert (await client.get(URL)).content == b"old"


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"x" * 2001, "text/plain", 413),
        (b"x" * 9000, "text/plain", 413),
        (b"<svg/>", "image/svg+xml", 415),
        (b"\xff\xfe", "text/plain", 415),
        (b"null\x00", "text/plain", 415),
        (b"no image", "image/png", 415),
        (draw_image("GIF"), "image/png", 415),
        (draw_image()[:40], "image/png", 415),
        (b"<html>", "application/pdf", 415),
    ],
    ids=["large", "larger", "svg", "binary", "null", "text", "gif", "truncated", "no pdf"],
)
async def test_unsupported_upload_is_rejected_and_not_stored(
    client: AsyncClient, storage_folder: Path, content: bytes, content_type: str, status: int
) -> None:
    before = count_files(storage_folder)

    assert await upload(client, content, content_type) == status

    assert count_files(storage_folder) == before


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (draw_image(), "image/png"),
        (b"", "text/plain"),
        (b"%PDF-1.7", "Application/PDF; version=1.7"),
    ],
    ids=["image", "empty", "pdf"],
)
async def test_supported_upload_is_stored(
    client: AsyncClient, content: bytes, content_type: str
) -> None:
    assert await upload(client, content, content_type) == 204

    assert (await client.get(URL)).content == content


async def test_savepoint_that_is_rolled_back_keeps_the_file(
    client: AsyncClient, app: FastAPI
) -> None:
    @app.post(f"{URL}/savepoint", status_code=204)
    async def roll_back(db: SessionDep) -> None:
        async with db.begin_nested() as savepoint:
            await db.delete(await db.get_one(Document, 1))
            await db.flush()
            await savepoint.rollback()
        await db.execute(text("SELECT 1"))

    await upload(client, b"kept")
    assert (await client.post(f"{URL}/savepoint")).status_code == 204

    assert (await client.get(URL)).content == b"kept"
