import json
from base64 import urlsafe_b64encode
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
    BookUpdate,
    SampleListParams,
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


async def list_titles(db: AsyncSession, params: SampleListParams) -> list[str]:
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
    shelf = await shelves.create(db, ShelfCreate(name="Poetry"))
    [book] = await create_books(db, "Notes")

    await books.update(db, book, BookUpdate(title="Sketch"), shelf_id=shelf.id)

    assert (book.title, book.shelf_id) == ("Sketch", shelf.id)


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
        assert await list_titles(db, SampleListParams(search=search)) == found


async def test_rows_are_sorted_and_counted(db: AsyncSession) -> None:
    await create_books(db, "beta", "alpha 100%", "gamma")

    params = SampleListParams(sort="title", skip=1, limit=1, include_total=True)
    second = await books.list(db, params)

    assert ([book.title for book in second.items], second.total) == (["beta"], 3)
    assert second.next_cursor is not None


async def visit_all(db: AsyncSession, sort: str) -> list[Book]:
    """Return the books of all pages of a list."""
    params = SampleListParams(sort=sort, limit=2)
    seen: list[Book] = []
    while True:
        page = await books.list(db, params)
        seen += page.items
        if page.next_cursor is None:
            return seen
        params = params.model_copy(update={"cursor": page.next_cursor})


@pytest.mark.parametrize("column", ["created_at", "title"])
async def test_cursor_visits_every_row_once(db: AsyncSession, column: str) -> None:
    await create_books(db, "gamma", "alpha", "beta", "beta", "beta")

    ascending, descending = await visit_all(db, column), await visit_all(db, f"-{column}")

    for rows in (ascending, descending):
        assert len({row.id for row in rows}) == 5
    values = [getattr(row, column) for row in ascending]
    assert values == sorted(values)
    assert [getattr(row, column) for row in descending] == values[::-1]


@pytest.mark.parametrize(
    ("sort", "content"),
    [
        ("title", "forged"),
        ("title", ["title", "no id"]),
        ("title", ["-title", "Notes", MISSING_ID]),
        ("title", ["title", None, MISSING_ID]),
        ("title", ["title", "null\0byte", MISSING_ID]),
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
            await books.list(db, SampleListParams(sort=sort, cursor=text))
