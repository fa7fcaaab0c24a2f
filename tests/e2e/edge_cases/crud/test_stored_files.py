# Needs app/crud/stored_files.py tests/crud/tables.py
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.stored_files import FileChanges, StoredFile, StoredFileType
from app.crud.stored_files import replace_file
from app.exceptions import NotFound
from tests.crud.tables import Sample

OLD, NEW = (StoredFile(f"files/{name}", "map.png", 5, "image/png") for name in ("old", "new"))


class Poster(Sample):
    __tablename__ = "sample_posters"

    image: Mapped[StoredFile | None] = mapped_column(StoredFileType)


@pytest.fixture
async def poster(db: AsyncSession) -> Poster:
    """Return a committed row with a file."""
    row = Poster(image=OLD)
    db.add(row)
    await db.commit()
    return row


async def test_file_that_another_request_has_stored_is_replaced(
    db: AsyncSession, engine: AsyncEngine, poster: Poster
) -> None:
    async with AsyncSession(engine) as other:
        await replace_file(other, await other.get_one(Poster, poster.id), "image", NEW)
        await other.commit()
    file_changes = FileChanges(db)

    await replace_file(db, poster, "image", None)
    await db.commit()

    assert file_changes.take_unused() == {NEW.key}


async def test_row_that_another_request_has_deleted_is_not_found(
    db: AsyncSession, engine: AsyncEngine, poster: Poster
) -> None:
    async with AsyncSession(engine) as other:
        await other.delete(await other.get_one(Poster, poster.id))
        await other.commit()

    with pytest.raises(NotFound):
        await replace_file(db, poster, "image", NEW)
