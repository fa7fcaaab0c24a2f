# Needs app/core/security.py
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from app.dependencies import SessionDep
from app.exceptions import RefreshTokenReused


async def test_committing_error_that_cannot_commit_is_a_database_error(
    app: FastAPI, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: AsyncSession) -> None:
        raise StaleDataError

    @app.get("/books")
    async def read_books(_: SessionDep) -> None:
        raise RefreshTokenReused

    monkeypatch.setattr(AsyncSession, "commit", fail)

    assert (await client.get("/books")).status_code == 409
