from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from anyio import to_thread
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from typer.testing import CliRunner

from app.cli import cli
from app.config import Settings
from app.core.database import create_engine
from app.core.storage import Storage
from app.core.stored_files import StoredFile, StoredFileType
from app.exceptions import StoredFileNotFound

USED, UNUSED = "files/used", "files/unused"


class Tables(DeclarativeBase):
    """The tables of these tests."""


class Letter(Tables):
    __tablename__ = "test_letters"
    id: Mapped[int] = mapped_column(primary_key=True)
    scan: Mapped[StoredFile | None] = mapped_column(StoredFileType)


@pytest.fixture(autouse=True)
async def storage(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Storage]:
    """Yield the storage of the command, with two files; a row has one of them."""
    own_settings = settings.model_copy(update={"storage_url": f"file://{tmp_path}"})
    monkeypatch.setattr("app.unused_files.get_settings", lambda: own_settings)
    monkeypatch.setattr("app.unused_files.Base", Tables)
    monkeypatch.setattr("app.unused_files.MIN_AGE", timedelta(minutes=-1))
    storage = Storage(own_settings)
    for key in (USED, UNUSED):
        await storage.put(key, b"content")
    engine = create_engine(own_settings)
    async with engine.begin() as connection:
        await connection.run_sync(Tables.metadata.create_all)
    async with AsyncSession(engine) as db, db.begin():
        db.add(Letter(id=1, scan=StoredFile(USED, "letter.txt", 7, "text/plain")))
        db.add(Letter(id=2))
    yield storage
    async with engine.begin() as connection:
        await connection.run_sync(Tables.metadata.drop_all)
    await engine.dispose()


async def run(*arguments: str) -> str:
    """Run the command in a thread, because it starts its own event loop."""
    arguments = ("unused-files", *arguments)
    result = await to_thread.run_sync(CliRunner().invoke, cli, arguments)
    assert result.exit_code == 0, result.output
    return result.output


async def test_unused_files_are_counted_and_kept(storage: Storage) -> None:
    assert "Unused files: 1\n" in await run()

    assert await storage.read(UNUSED) == b"content"


async def test_unused_files_are_deleted(storage: Storage) -> None:
    assert "Unused files deleted: 1\n" in await run("--delete")

    assert await storage.read(USED) == b"content"
    with pytest.raises(StoredFileNotFound):
        await storage.read(UNUSED)


async def test_new_files_are_not_unused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.unused_files.MIN_AGE", timedelta(days=1))

    assert "Unused files: 0\n" in await run()
