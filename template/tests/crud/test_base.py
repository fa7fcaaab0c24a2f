from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.crud.base import execute_rowcount
from app.dependencies import SessionDep
from app.exceptions import Conflict, InvalidReference, NotFound
from tests.crud.tables import (
    Book,
    BookCreate,
    BookQuery,
    BookUpdate,
    Shelf,
    ShelfInput,
    books,
    shelves,
)


async def create(db: AsyncSession, *titles: str, shelf: Shelf | None = None) -> list[Book]:
    """Store a book for each title."""
    shelf_id = shelf and shelf.id
    return [await books.create(db, BookCreate(title=t, shelf_id=shelf_id)) for t in titles]


async def find(db: AsyncSession, query: BookQuery) -> list[str]:
    """Return the titles of one page."""
    return [book.title for book in (await books.list(db, query)).items]


async def test_row_is_stored_read_changed_and_deleted(db: AsyncSession) -> None:
    [book] = await create(db, "Notes")
    made, changed = book.created_at, book.updated_at

    await db.refresh(book)  # moments are aware, whatever the database keeps
    assert await books.get(db, Book.id == book.id) is book
    await books.update(db, book, BookUpdate(title="Sketch"))
    assert (book.title, book.created_at) == ("Sketch", made)
    assert book.updated_at > changed
    await books.delete(db, book)
    with pytest.raises(NotFound):
        await books.get(db, Book.id == book.id)


async def test_request_commits_its_work(
    app: FastAPI, client: AsyncClient, db: AsyncSession
) -> None:
    @app.post("/shelves")
    async def create_shelf(data: ShelfInput, session: SessionDep) -> UUID:
        return (await shelves.create(session, data)).id

    shelf_id = UUID((await client.post("/shelves", json={"name": "Poetry"})).json())

    assert (await shelves.get(db, Shelf.id == shelf_id)).name == "Poetry"


async def test_what_contradicts_other_rows_is_a_conflict(db: AsyncSession) -> None:
    shelf = await shelves.create(db, ShelfInput(name="Poetry"))
    await create(db, "Notes", shelf=shelf)

    for change in (shelves.delete(db, shelf), shelves.create(db, ShelfInput(name="Poetry"))):
        with pytest.raises(Conflict):
            async with db.begin_nested():
                await change


async def test_changed_rows_are_counted(db: AsyncSession) -> None:
    await create(db, "Notes", "Notes", "Sketch")

    assert await execute_rowcount(db, delete(Book).where(Book.title == "Notes")) == 2


async def test_related_row_comes_along_and_follows_changes(db: AsyncSession) -> None:
    poetry = await shelves.create(db, ShelfInput(name="Poetry"))
    [book] = await create(db, "Notes", shelf=poetry)
    assert book.shelf is poetry

    db.expunge(book)
    [listed] = (await books.list(db, BookQuery())).items
    assert listed.shelf is poetry

    await books.update(db, listed, BookUpdate(shelf_id=None))
    assert listed.shelf is None


async def test_reference_to_nothing_is_refused(db: AsyncSession) -> None:
    shelf = await shelves.create(db, ShelfInput(name="Poetry"))

    await shelves.check_reference(db, "shelf_id", shelf.id)
    await shelves.check_reference(db, "shelf_id", None)
    with pytest.raises(InvalidReference):
        await shelves.check_reference(db, "shelf_id", uuid4())
    with pytest.raises(InvalidReference):
        await shelves.check_reference(db, "shelf_id", shelf.id, Shelf.name == "Prose")


async def test_rows_are_searched_filtered_sorted_and_counted(db: AsyncSession) -> None:
    shelf = await shelves.create(db, ShelfInput(name="Poetry"))
    await create(db, "beta", "alpha 100%")
    await create(db, "gamma", shelf=shelf)

    second = await books.list(db, BookQuery(sort="title", skip=1, limit=1))

    assert await find(db, BookQuery(search="0%")) == ["alpha 100%"]
    assert await find(db, BookQuery(shelf_id=shelf.id)) == ["gamma"]
    assert ([book.title for book in second.items], second.total) == (["beta"], 3)
    assert second.next_cursor is None


@pytest.mark.parametrize("sort", ["created_at", "-created_at"])
async def test_cursor_visits_every_row_once(db: AsyncSession, sort: str) -> None:
    titles = [book.title for book in await create(db, *"abcde")]
    query = BookQuery.model_validate({"sort": sort, "limit": 2})
    seen: list[str] = []

    while True:
        page = await books.list(db, query)
        seen += [book.title for book in page.items]
        if page.next_cursor is None:
            break
        query = query.model_copy(update={"cursor": page.next_cursor})

    assert seen == (titles if sort == "created_at" else titles[::-1])
