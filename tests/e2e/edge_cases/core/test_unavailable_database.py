# Needs tests/postgres.py app/models/entity.py
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from pydantic import SecretStr
from sqlalchemy import make_url, text

from app.config import Settings
from app.core.database import create_engine
from app.dependencies import SessionDep
from tests.servers import Serve

RAISE = "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{}'; END $$"


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    @app.get("/books")
    async def read_books(db: SessionDep, statement: str) -> None:
        await db.execute(text(statement))

    return app


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        (RAISE.format("40P01"), 503),  # deadlock
        (RAISE.format("40001"), 503),  # serialisation failure
        (RAISE.format("P0001"), 500),
        ("SELECT pg_terminate_backend(pg_backend_pid())", 503),  # lost connection
    ],
)
async def test_transient_errors_are_answered_with_503(
    client: AsyncClient, statement: str, status: int
) -> None:
    response = await client.get("/books", params={"statement": statement})

    assert response.status_code == status


async def test_unreachable_database_is_answered_with_503_and_retry_after(
    serve: Serve, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.factory.create_engine", create_engine)
    url = make_url(settings.database_url.get_secret_value()).set(host="127.0.0.1", port=1)
    unreachable = SecretStr(url.render_as_string(hide_password=False))

    async with serve(database_url=unreachable) as client:
        response = await client.get("/books", params={"statement": "SELECT 1"})

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
