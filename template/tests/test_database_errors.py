import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError
from structlog.testing import capture_logs

from app.dependencies import SessionDep

CAUSE = Exception("message of the driver")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (IntegrityError("INSERT", {}, CAUSE), 409),
        (StaleDataError(), 409),
        (OperationalError("SELECT", {}, CAUSE), 500),
        (DBAPIError("SELECT", {}, CAUSE, connection_invalidated=True), 503),
        (DBAPIError("SELECT", {}, CAUSE), 500),
        (PoolTimeout(), 503),
        (TimeoutError(), 500),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
async def test_database_errors_become_responses(
    app: FastAPI, client: AsyncClient, error: Exception, status: int
) -> None:
    @app.get("/books")
    async def read_books(_: SessionDep) -> None:
        raise error

    response = await client.get("/books")

    assert response.status_code == status
    assert "message of the driver" not in response.text


async def test_failed_commit_is_not_reported_as_success(
    app: FastAPI, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: AsyncSession) -> None:
        raise IntegrityError("COMMIT", {}, CAUSE)

    @app.post("/books", status_code=201)
    async def create_book(_: SessionDep) -> None:
        return

    monkeypatch.setattr(AsyncSession, "commit", fail)

    assert (await client.post("/books")).status_code == 409


async def test_cause_of_a_database_error_is_logged(app: FastAPI, client: AsyncClient) -> None:
    @app.get("/books")
    async def read_books(_: SessionDep) -> None:
        raise IntegrityError("INSERT", {}, CAUSE)

    with capture_logs() as logs:
        await client.get("/books")

    assert "message of the driver" in [line.get("cause") for line in logs]


async def test_missing_table_is_logged_with_its_traceback(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.get("/books")
    async def read_books(db: SessionDep) -> None:
        await db.execute(text("SELECT * FROM missing"))

    with capture_logs() as logs:
        response = await client.get("/books")

    assert response.status_code == 500
    assert "unexpected error" in [line["event"] for line in logs]
