# Needs app/crud/sorting.py tests/crud/tables.py
import json
from base64 import urlsafe_b64encode
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Numeric
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.crud.sorting import SortedCRUD
from app.exceptions import InvalidCursor
from app.schemas.common import RequestModel
from tests.crud.tables import Sample, SampleListParams

MISSING_ID = "00000000-0000-4000-8000-000000000000"


class Volume(Sample):
    __tablename__ = "sample_volumes"

    number: Mapped[int]
    pages: Mapped[int | None]
    price: Mapped[Decimal | None] = mapped_column(Numeric(6, 2, asdecimal=True))
    published: Mapped[date | None]


class VolumeCreate(RequestModel):
    number: int = 0
    pages: int | None = None
    price: Decimal | None = None
    published: date | None = None


volumes = SortedCRUD[Volume, VolumeCreate, VolumeCreate](Volume, search_columns=[])


async def visit_all(db: AsyncSession, sort: str) -> list[Volume]:
    """Return the volumes of all pages of a list."""
    params = SampleListParams(sort=sort, limit=2)
    seen: list[Volume] = []
    while True:
        page = await volumes.list(db, params)
        seen += page.items
        if page.next_cursor is None:
            return seen
        params = params.model_copy(update={"cursor": page.next_cursor})


@pytest.mark.parametrize("column", ["number", "pages", "price", "published"])
async def test_cursor_visits_every_row_once(db: AsyncSession, column: str) -> None:
    for number in (3, None, 1, 2, 2, 2, None, None):
        data = VolumeCreate()
        if number:
            published = date(2026, 1, number)
            data = VolumeCreate(
                number=number, pages=number, price=Decimal(number), published=published
            )
        await volumes.create(db, data)

    ascending, descending = await visit_all(db, column), await visit_all(db, f"-{column}")

    for rows in (ascending, descending):
        assert len({row.id for row in rows}) == 8
    values = [getattr(row, column) for row in ascending]
    with_value = [value for value in values if value is not None]
    missing = [None] * (len(values) - len(with_value))
    assert values == sorted(with_value) + missing
    assert [getattr(row, column) for row in descending] == with_value[::-1] + missing


@pytest.mark.parametrize("limit", [1, 2, 3, 20])
@pytest.mark.parametrize("skip", range(6))
async def test_skipped_rows_without_a_value_come_last(
    db: AsyncSession, skip: int, limit: int
) -> None:
    for pages in (None, 1, 2, None):
        await volumes.create(db, VolumeCreate(pages=pages))

    page = await volumes.list(db, SampleListParams(sort="-pages", skip=skip, limit=limit))

    expected = [2, 1, None, None][skip:]
    assert [row.pages for row in page.items] == expected[:limit]
    assert (page.next_cursor is not None) == (len(expected) > limit)


async def test_rows_after_a_cursor_are_skipped(db: AsyncSession) -> None:
    for pages in (None, 1, 2, 3):
        await volumes.create(db, VolumeCreate(pages=pages))
    first = await volumes.list(db, SampleListParams(sort="pages", limit=1))

    params = SampleListParams(sort="pages", cursor=first.next_cursor, skip=2)

    assert [row.pages for row in (await volumes.list(db, params)).items] == [None]


@pytest.mark.parametrize(
    ("sort", "content"),
    [
        ("pages", ["pages", 2**31, MISSING_ID]),
        ("pages", ["-pages", 1, MISSING_ID]),
        ("number", ["number", None, MISSING_ID]),
        ("price", ["price", "12345.00", MISSING_ID]),
        ("price", ["price", "NaN", MISSING_ID]),
        ("published", ["published", "2026-02-30", MISSING_ID]),
    ],
    ids=str,
)
async def test_invalid_cursor_is_rejected(db: AsyncSession, sort: str, content: object) -> None:
    cursor = urlsafe_b64encode(json.dumps(content).encode()).decode()

    with pytest.raises(InvalidCursor):
        await volumes.list(db, SampleListParams(sort=sort, cursor=cursor))
