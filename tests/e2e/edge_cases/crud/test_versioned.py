# Needs app/models/versioned.py tests/crud/tables.py
import pytest
from sqlalchemy import String, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.exc import StaleDataError

from app.crud.base import CRUD
from app.models.versioned import Versioned
from app.schemas.common import RequestModel
from tests.crud.tables import Sample


class Letter(Versioned, Sample):
    __tablename__ = "sample_letters"

    title: Mapped[str] = mapped_column(String(100))


class LetterCreate(RequestModel):
    title: str


letters = CRUD[Letter, LetterCreate, LetterCreate](Letter, search_columns=[])


async def change_behind_the_session(db: AsyncSession) -> None:
    """Change all letters as another transaction would."""
    changes = update(Letter).values(title="theirs", version=Letter.version + 1)
    await db.execute(changes, execution_options={"synchronize_session": False})


async def test_every_change_raises_the_version(db: AsyncSession) -> None:
    letter = await letters.create(db, LetterCreate(title="first"))
    versions = [letter.version]

    for title in ("second", "second", "third"):
        await letters.update(db, letter, LetterCreate(title=title))
        versions.append(letter.version)

    assert versions == [1, 2, 2, 3]


async def test_row_that_was_changed_meanwhile_is_not_overwritten(
    db: AsyncSession,
) -> None:
    letter = await letters.create(db, LetterCreate(title="first"))
    await change_behind_the_session(db)

    with pytest.raises(StaleDataError):
        await letters.update(db, letter, LetterCreate(title="mine"))


async def test_row_that_was_changed_meanwhile_is_not_deleted(db: AsyncSession) -> None:
    letter = await letters.create(db, LetterCreate(title="first"))
    await change_behind_the_session(db)

    with pytest.raises(StaleDataError):
        await letters.delete(db, letter)
