import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.dependencies import SessionDep
from app.exceptions import InvalidReference

CAUSE = Exception("the driver's words")


async def test_reference_to_nothing_is_an_invalid_value(app: FastAPI, client: AsyncClient) -> None:
    @app.post("/books")
    async def create_book() -> None:
        raise InvalidReference("shelf_id")

    response = await client.post("/books")

    assert response.status_code == 422
    [error] = response.json()["errors"]
    assert (error["loc"], error["type"]) == (["body", "shelf_id"], "invalid_reference")


async def test_change_that_cannot_be_committed_is_not_answered_as_made(
    app: FastAPI, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: AsyncSession) -> None:
        raise IntegrityError("COMMIT", {}, CAUSE)

    @app.post("/books", status_code=201)
    async def create_book(_: SessionDep) -> None:
        return

    monkeypatch.setattr(AsyncSession, "commit", fail)

    assert (await client.post("/books")).status_code == 409
