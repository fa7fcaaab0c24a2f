# Needs app/crud/filters.py tests/crud/tables.py
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import ForeignKey, String
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.crud.base import CRUD
from app.crud.filters import get_filters
from app.schemas.common import ListParams, RequestModel
from app.schemas.filters import FilterValues
from tests.crud.tables import Sample, Shelf, ShelfCreate, shelves


class Poster(Sample):
    __tablename__ = "sample_posters"

    title: Mapped[str] = mapped_column(String(100))
    width: Mapped[int | None]
    shelf_id: Mapped[UUID | None] = mapped_column(ForeignKey(Shelf.id))


class PosterCreate(RequestModel):
    title: str
    width: int | None = None
    shelf_id: UUID | None = None


class PosterListParams(ListParams, frozen=True):
    title: FilterValues[str] | None = None
    width__gte: int | None = None
    width__lte: int | None = None
    width__isnull: bool | None = None
    shelf_id: FilterValues[UUID] | None = None


posters = CRUD[Poster, PosterCreate, PosterCreate](Poster, search_columns=[])


async def list_titles(db: AsyncSession, params: dict[str, object]) -> list[str]:
    """Return the titles of the posters that a list with these parameters has."""
    chosen = PosterListParams.model_validate({"sort": "created_at"} | params)
    page = await posters.list(db, chosen, *get_filters(Poster, chosen))
    return [poster.title for poster in page.items]


@pytest.mark.parametrize(
    ("params", "titles"),
    [
        ({}, ["None", "1", "2", "3"]),
        ({"width__gte": 2}, ["2", "3"]),
        ({"width__gte": 2, "width__lte": 2}, ["2"]),
        ({"width__isnull": True}, ["None"]),
        ({"width__isnull": False, "title": ["1", "3", "None"]}, ["1", "3"]),
    ],
    ids=str,
)
async def test_filters_select_ranges_sets_and_missing_values(
    db: AsyncSession, params: dict[str, Any], titles: list[str]
) -> None:
    for width in (None, 1, 2, 3):
        await posters.create(db, PosterCreate(title=str(width), width=width))

    assert await list_titles(db, params) == titles


async def test_filter_selects_rows_that_refer_to_a_row(db: AsyncSession) -> None:
    shelf = await shelves.create(db, ShelfCreate(name="Poetry"))
    await posters.create(db, PosterCreate(title="alpha"))
    await posters.create(db, PosterCreate(title="beta", shelf_id=shelf.id))

    assert await list_titles(db, {"shelf_id": [shelf.id]}) == ["beta"]
