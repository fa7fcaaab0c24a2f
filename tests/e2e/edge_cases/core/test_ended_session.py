# Needs app/core/session.py app/api/deps.py
from collections.abc import AsyncGenerator, Awaitable, Callable
from uuid import uuid4

import pytest
from anyio import Event, create_task_group, sleep, sleep_forever
from fastapi import FastAPI
from fastapi.responses import EventSourceResponse
from httpx2 import AsyncClient
from sqlalchemy import select, text, update
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from app.core.session import ENDED, RequestEnded, RequestSession
from app.dependencies import AppState, SessionDep
from app.models.user import User, UserRole

Use = Callable[[AsyncSession], Awaitable[object]]


def new_user() -> User:
    return User(email="ada@example.com", hashed_password="x", role=UserRole.USER)


async def add_and_flush(db: AsyncSession) -> None:
    db.add(new_user())
    await db.flush()


async def add_only(db: AsyncSession) -> None:
    db.add(new_user())


async def add_all(db: AsyncSession) -> None:
    db.add_all([new_user()])


STATEMENTS: list[Use] = [
    lambda db: db.connection(),
    lambda db: db.execute(text("SELECT 1")),
    lambda db: db.execute(update(User).values(full_name=None)),
    lambda db: db.flush(),
    lambda db: db.get(User, uuid4()),
    lambda db: db.merge(new_user()),
    lambda db: db.run_sync(lambda session: session.scalars(select(User)).all()),
    lambda db: db.scalars(select(User)),
    lambda db: db.stream(select(User)),
]


@pytest.fixture
async def ended(state: AppState) -> AsyncGenerator[AsyncSession]:
    """Yield the session of a request that has ended."""
    async with state.sessionmaker(
        sync_session_class=RequestSession, close_resets_only=False
    ) as session:
        await session.execute(text("SELECT 1"))
        session.info[ENDED] = True
        await session.close()
        yield session


@pytest.mark.parametrize("use", STATEMENTS)
async def test_statements_of_an_ended_session_are_errors(ended: AsyncSession, use: Use) -> None:
    with pytest.raises(RequestEnded):
        await use(ended)


@pytest.mark.parametrize("use", [add_and_flush, add_only, add_all, lambda db: db.commit()])
async def test_rows_and_commits_of_an_ended_session_are_errors(
    ended: AsyncSession, use: Use
) -> None:
    with pytest.raises(InvalidRequestError, match="permanently closed"):
        await use(ended)


async def test_events_cannot_use_the_session_of_the_request(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.get("/events", response_class=EventSourceResponse)
    async def read_events(db: SessionDep) -> AsyncGenerator[str]:
        await db.execute(text("SELECT 1"))
        yield "never"

    with capture_logs() as logs:
        response = await client.get("/events")

    assert response.status_code == 500
    assert "RequestEnded" in repr(logs)


async def test_cancelled_request_returns_its_connection_to_the_pool(
    app: FastAPI, client: AsyncClient, state: AppState
) -> None:
    started = Event()

    @app.get("/slow")
    async def read_slowly(db: SessionDep) -> None:
        await db.execute(text("SELECT 1"))
        started.set()
        await sleep_forever()

    async with create_task_group() as requests:
        requests.start_soon(client.get, "/slow")
        await started.wait()
        requests.cancel_scope.cancel()

    pool = state.sessionmaker.kw["bind"].pool
    for _ in range(500):  # the session is closed in a task of its own
        if not pool.checkedout():
            break
        await sleep(0.01)
    assert pool.checkedout() == 0
