# Needs app/api/csv_exports.py tests/crud/tables.py
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.csv_exports import CSVExporter, get_cell, write_lines
from app.dependencies import AppState
from app.exceptions import InvalidCursor
from app.schemas.common import ListParams
from tests.crud.tables import Book, BookCreate, SampleListParams, books


class BookRead(BaseModel, from_attributes=True):
    title: str


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("", ""),
        ("plain", "plain"),
        ("=1+1", "'=1+1"),
        ("+49 30 1234", "'+49 30 1234"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("-9.90", "-9.90"),
        ("-1E-7", "-1E-7"),
        (-5, "-5"),
        (True, "true"),
        (["ä", "=1"], '["ä", "=1"]'),
        ({"key": None}, '{"key": null}'),
    ],
)
def test_cells_are_text_without_formulas(value: object, cell: str) -> None:
    assert get_cell({"field": value}, "field") == cell


def test_dot_leads_to_a_field_of_a_referenced_row() -> None:
    row: dict[str, Any] = {"category": {"name": "-Tools-"}, "parent": None}

    assert get_cell(row, "category.name") == "'-Tools-"
    assert get_cell(row, "parent.name") == ""


def test_cells_are_quoted_where_they_have_to_be() -> None:
    assert write_lines([["a,b", 'c "d"', "e\nf"], ["", "g", "h i"]]) == (
        '"a,b","c ""d""","e\nf"\r\n,g,h i\r\n'
    )


@pytest.mark.parametrize("sort", ["created_at", "-title"])
async def test_export_has_all_rows_in_the_order_of_the_list(
    db: AsyncSession, state: AppState, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr("app.api.csv_exports.BATCH_SIZE", 2)
    for title in "abcde":
        await books.create(db, BookCreate(title=title))
    await db.commit()

    params = SampleListParams(sort=sort)
    response = await CSVExporter(db, state).export(
        books, params, Book.title != "c", schema=BookRead, columns=["title"]
    )
    text = "".join([str(chunk) async for chunk in response.body_iterator])

    titles = "abde" if sort == "created_at" else "edba"
    assert text.split("\r\n") == ["title", *titles, ""]


async def test_error_of_the_first_batch_is_raised_before_the_response(
    db: AsyncSession, state: AppState
) -> None:
    with pytest.raises(InvalidCursor):
        await CSVExporter(db, state).export(
            books, ListParams(cursor="unknown"), schema=BookRead, columns=[]
        )
