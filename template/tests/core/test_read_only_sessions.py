"""GET requests only read: without a transaction on the server, and with an error for changes."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from pydantic import SecretStr
from sqlalchemy import String, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from structlog.testing import capture_logs

from app.config import Settings
from app.core.database import create_autocommit_engine
from app.dependencies import SessionDep, allow_writes

Change = Callable[[AsyncSession], Awaitable[object]]


class Sample(DeclarativeBase):
    """The base of the table of these tests."""


class Book(Sample):
    __tablename__ = "read_only_books"

    title: Mapped[str] = mapped_column(String(100), primary_key=True)


@pytest.fixture
async def db(engine: AsyncEngine) -> AsyncGenerator[AsyncSession]:
    """Yield a session of a database with one book."""
    async with engine.begin() as connection:
        await connection.run_sync(Sample.metadata.create_all)
        await connection.execute(insert(Book).values(title="First"))
    async with AsyncSession(engine) as session:
        yield session
    async with engine.begin() as connection:
        await connection.run_sync(Sample.metadata.drop_all)


async def add_book(db: AsyncSession) -> None:
    db.add(Book(title="Second"))


async def add_and_flush(db: AsyncSession) -> None:
    await add_book(db)
    await db.flush()


async def change_book(db: AsyncSession) -> None:
    (await db.get_one(Book, "First")).title = "Changed"


async def delete_book(db: AsyncSession) -> None:
    await db.delete(await db.get_one(Book, "First"))


async def read_titles(db: AsyncSession) -> list[str]:
    """Return the stored titles."""
    titles = [*await db.scalars(select(Book.title).order_by(Book.title))]
    await db.rollback()
    return titles


@pytest.mark.parametrize(
    "change",
    [
        add_book,
        add_and_flush,
        change_book,
        delete_book,
        lambda db: db.execute(insert(Book).values(title="Second")),
        lambda db: db.execute(update(Book).values(title="Changed")),
        lambda db: db.execute(delete(Book)),
    ],
)
async def test_change_in_a_get_request_is_an_error(
    app: FastAPI, client: AsyncClient, db: AsyncSession, change: Change
) -> None:
    @app.get("/books")
    async def read_books(session: SessionDep) -> None:
        await change(session)

    with capture_logs() as logs:
        response = await client.get("/books")

    assert response.status_code == 500
    assert "allow_writes" in repr(logs)
    assert await read_titles(db) == ["First"]


async def test_endpoint_may_change_rows_in_a_get_request(
    app: FastAPI, client: AsyncClient, db: AsyncSession
) -> None:
    @app.get("/books")
    @allow_writes
    async def visit_books(session: SessionDep) -> None:
        await add_and_flush(session)
        await session.execute(insert(Book).values(title="Third"))

    response = await client.get("/books")

    assert response.status_code == 200
    assert await read_titles(db) == ["First", "Second", "Third"]


async def test_failed_get_request_stores_nothing(
    app: FastAPI, client: AsyncClient, db: AsyncSession
) -> None:
    @app.get("/books")
    @allow_writes
    async def visit_books(session: SessionDep) -> None:
        await add_and_flush(session)
        raise ZeroDivisionError

    response = await client.get("/books")

    assert response.status_code == 500
    assert await read_titles(db) == ["First"]


async def test_get_request_begins_no_transaction_on_the_server(
    app: FastAPI, client: AsyncClient, db: AsyncSession
) -> None:
    """The state of a connection between two statements is `idle in transaction` after a BEGIN."""
    states = []

    async def read_state(session: SessionDep) -> None:
        process_id = await session.scalar(text("SELECT pg_backend_pid()"))
        query = text("SELECT state FROM pg_stat_activity WHERE pid = :pid")
        states.append(await db.scalar(query, {"pid": process_id}))
        await db.rollback()  # the view stays the same in a transaction

    app.get("/books")(read_state)
    app.post("/books")(read_state)

    await client.get("/books")
    await client.post("/books")

    assert states == ["idle", "idle in transaction"]


@pytest.mark.parametrize(
    "changes",
    [
        {"database_transaction_pooling": True},
        {"database_url": SecretStr("postgresql://database/app?pgbouncer=true")},
    ],
    ids=["setting", "parameter"],
)
async def test_get_request_behind_a_transaction_pooler_keeps_its_transaction(
    settings: Settings, engine: AsyncEngine, changes: dict[str, Any]
) -> None:
    """The pooler may run the parts of a statement without one on different connections."""
    assert create_autocommit_engine(settings.model_copy(update=changes), engine) is engine
