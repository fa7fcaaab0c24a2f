"""The session of a request is not used after the request; later work has a session of its own."""

from collections.abc import AsyncGenerator

import pytest
from fastapi import BackgroundTasks, FastAPI
from fastapi.responses import EventSourceResponse, StreamingResponse
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.session import RequestEnded
from app.dependencies import AppState, SessionDep, StateDep


async def use_session_of_request(db: AsyncSession) -> None:
    await db.execute(text("SELECT 1"))


async def use_own_session(state: AppState, results: list[int]) -> None:
    async with state.sessionmaker.begin() as db:
        results.append(await db.scalar(text("SELECT 1")) or 0)


async def test_session_of_a_request_is_rejected_after_the_request(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.post("/later", status_code=202)
    async def later(db: SessionDep, background_tasks: BackgroundTasks) -> None:
        background_tasks.add_task(use_session_of_request, db)

    with pytest.raises(RuntimeError) as error:
        await client.post("/later")

    assert isinstance(error.value.__cause__, RequestEnded)
    assert "state.sessionmaker.begin()" in str(error.value.__cause__)


async def test_work_after_the_response_opens_a_session_of_its_own(
    app: FastAPI, client: AsyncClient
) -> None:
    results: list[int] = []

    @app.post("/later", status_code=202)
    async def later(state: StateDep, background_tasks: BackgroundTasks) -> None:
        background_tasks.add_task(use_own_session, state, results)

    response = await client.post("/later")

    assert (response.status_code, results) == (202, [1])


async def test_streaming_response_opens_a_session_of_its_own(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.get("/events", response_class=EventSourceResponse)
    async def read_events(state: StateDep) -> AsyncGenerator[int]:
        for _ in range(2):
            async with state.sessionmaker.begin() as db:
                number = await db.scalar(text("SELECT 1"))
            yield number or 0

    response = await client.get("/events")

    assert response.text == "data: 1\n\n" * 2


async def test_streaming_response_cannot_use_the_session_of_the_request(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.get("/lines", response_class=StreamingResponse)
    async def read_lines(db: SessionDep) -> AsyncGenerator[str]:
        await use_session_of_request(db)
        yield "never"

    with pytest.raises(RuntimeError) as error:
        await client.get("/lines")

    assert isinstance(error.value.__cause__, RequestEnded)
