import json
from base64 import urlsafe_b64encode
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.crud.base import execute_rowcount
from app.dependencies import SessionDep
from app.exceptions import InvalidCursor, NotFound
from tests.crud.tables import (
    Book,
    BookCreate,
    BookListParams,
    BookUpdate,
    Shelf,
    ShelfCreate,
    books,
    shelves,
)

MISSING_ID = "00000000-0000-4000-8000-000000000000"


async def create_books(db: AsyncSession, *titles: str, shelf: Shelf | None = None) -> list[Book]:
    """Create a book for each title."""
    shelf_id = shelf.id if shelf else None
    return [await books.create(db, BookCreate(title=title, shelf_id=shelf_id)) for title in titles]


async def list_titles(db: AsyncSession, params: BookListParams) -> list[str]:
    """Return the titles of one page of books."""
    page = await books.list(db, params)
    return [book.title for book in page.items]


async def create_shelf(data: ShelfCreate, session: SessionDep) -> UUID:
    """Create a shelf, as an endpoint does."""
    return (await shelves.create(session, data)).id


async def test_row_is_created_read_updated_and_deleted(db: AsyncSession) -> None:
    [book] = await create_books(db, "Notes")
    created_at, updated_at = book.created_at, book.updated_at

    await db.refresh(book)  # the database may have dropped the time zone
    assert await books.get(db, id=book.id) is book
    await books.update(db, book, BookUpdate(title="Sketch"))
    assert (book.title, book.created_at) == ("Sketch", created_at)
    assert book.updated_at > updated_at
    await books.delete(db, book)
    with pytest.raises(NotFound, match=r"^Book not found\.$"):
        await books.get(db, id=book.id)


async def test_request_commits_its_transaction(
    app: FastAPI, client: AsyncClient, db: AsyncSession
) -> None:
    app.post("/shelves")(create_shelf)

    shelf_id = UUID((await client.post("/shelves", json={"name": "Poetry"})).json())

    assert (await shelves.get(db, id=shelf_id)).name == "Poetry"


async def test_violated_constraint_is_a_conflict(
    app: FastAPI, client: AsyncClient, db: AsyncSession
) -> None:
    app.post("/shelves")(create_shelf)

    @app.delete("/shelves/{shelf_id}")
    async def delete_shelf(shelf_id: UUID, session: SessionDep) -> None:
        await shelves.delete(session, await shelves.get(session, Shelf.id == shelf_id))

    shelf = await shelves.create(db, ShelfCreate(name="Poetry"))
    await create_books(db, "Notes", shelf=shelf)
    await db.commit()

    assert (await client.post("/shelves", json={"name": "Poetry"})).status_code == 409
    assert (await client.delete(f"/shelves/{shelf.id}")).status_code == 409


async def test_rowcount_is_the_number_of_matched_rows(db: AsyncSession) -> None:
    await create_books(db, "Notes", "Notes", "Sketch")

    assert await execute_rowcount(db, delete(Book).where(Book.title == "Notes")) == 2


async def test_update_sets_values_that_are_not_in_its_data(db: AsyncSession) -> None:
    [book] = await create_books(db, "Notes")

    await books.update(db, book, BookUpdate(title="Sketch"), pages=7)

    assert (book.title, book.pages) == ("Sketch", 7)


async def test_search_finds_rows_that_contain_every_word(db: AsyncSession) -> None:
    titles = ("Café Müller", "ada@example.com", "State-of-the-art (1843)", "100%")
    await create_books(db, *titles)
    await db.commit()  # rows are in the index at the end of the transaction

    for search, found in (
        ("müll CAF", ["Café Müller"]),
        ("ada@example", ["ada@example.com"]),
        ("ART 1843", ["State-of-the-art (1843)"]),
        ("100%", ["100%"]),
        ("ada art", []),
        ("***", []),
    ):
        assert await list_titles(db, BookListParams(search=search)) == found


async def test_rows_are_filtered_sorted_and_counted(db: AsyncSession) -> None:
    shelf = await shelves.create(db, ShelfCreate(name="Poetry"))
    await create_books(db, "beta", "alpha 100%")
    await create_books(db, "gamma", shelf=shelf)

    params = BookListParams(sort="title", skip=1, limit=1, include_total=True)
    second = await books.list(db, params)

    assert await list_titles(db, BookListParams(shelf_id=shelf.id)) == ["gamma"]
    assert ([book.title for book in second.items], second.total) == (["beta"], 3)
    assert second.next_cursor is not None


@pytest.mark.parametrize("skip", range(6))
async def test_skipped_rows_without_a_value_come_last(db: AsyncSession, skip: int) -> None:
    for pages in (None, 1, 2, None):
        await books.create(db, BookCreate(title=str(pages), pages=pages))

    titles = await list_titles(db, BookListParams(sort="-pages", skip=skip))

    assert titles == ["2", "1", "None", "None"][skip:]


async def test_filters_select_ranges_sets_and_missing_values(db: AsyncSession) -> None:
    for pages in (None, 1, 2, 3):
        await books.create(db, BookCreate(title=str(pages), pages=pages))

    for params, titles in (
        ({"pages__gte": 2}, ["2", "3"]),
        ({"pages__gte": 2, "pages__lte": 2}, ["2"]),
        ({"pages__isnull": True}, ["None"]),
        ({"pages__isnull": False, "title": ["1", "3", "None"]}, ["1", "3"]),
    ):
        order = {"sort": "created_at"}
        assert await list_titles(db, BookListParams.model_validate(order | params)) == titles


async def visit_all(db: AsyncSession, sort: str) -> list[Book]:
    """Return the books of all pages of a list."""
    params = BookListParams(sort=sort, limit=2)
    seen: list[Book] = []
    while True:
        page = await books.list(db, params)
        seen += page.items
        if page.next_cursor is None:
            return seen
        params = params.model_copy(update={"cursor": page.next_cursor})


@pytest.mark.parametrize("column", ["created_at", "title", "pages", "price", "published"])
async def test_cursor_visits_every_row_once(db: AsyncSession, column: str) -> None:
    for number in (3, None, 1, 2, 2, 2, None, None):
        data = BookCreate(title=f"T{number}")
        if number:
            published = date(2026, 1, number)
            data = BookCreate(
                title=f"T{number}", pages=number, price=Decimal(number), published=published
            )
        await books.create(db, data)

    ascending, descending = await visit_all(db, column), await visit_all(db, f"-{column}")

    for rows in (ascending, descending):
        assert len({row.id for row in rows}) == 8
    values = [getattr(row, column) for row in ascending]
    with_value = [value for value in values if value is not None]
    missing = [None] * (len(values) - len(with_value))
    assert values == sorted(with_value) + missing
    assert [getattr(row, column) for row in descending] == values[: len(with_value)][::-1] + missing


@pytest.mark.parametrize(
    ("sort", "content"),
    [
        ("pages", "forged"),
        ("pages", ["pages", 1]),
        ("pages", ["-pages", 1, MISSING_ID]),
        ("pages", ["pages", 2**31, MISSING_ID]),
        ("price", ["price", "12345.00", MISSING_ID]),
        ("price", ["price", "NaN", MISSING_ID]),
        ("title", ["title", "null\0byte", MISSING_ID]),
        ("published", ["published", "2026-02-30", MISSING_ID]),
        ("created_at", ["created_at", "2026-01-01T00:00:00", MISSING_ID]),
        ("created_at", ["created_at", "0001-01-01T00:00:00+14:00", MISSING_ID]),
        ("created_at", ["created_at", "2026-01-01T00:00:00Z", "no id"]),
    ],
    ids=str,
)
async def test_invalid_cursor_is_rejected(db: AsyncSession, sort: str, content: object) -> None:
    cursor = urlsafe_b64encode(json.dumps(content).encode()).decode()

    for text in (cursor, cursor[:-3], "Ä", "forged"):
        with pytest.raises(InvalidCursor):
            await books.list(db, BookListParams(sort=sort, cursor=text))
