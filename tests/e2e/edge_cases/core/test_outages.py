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
        ("SELECT pg_terminate_backend(pg_backend_pid())", 503),  # a lost connection
    ],
)
async def test_what_passes_is_unavailable(client: AsyncClient, statement: str, status: int) -> None:
    answer = await client.get("/books", params={"statement": statement})

    assert answer.status_code == status


async def test_database_that_cannot_be_reached_is_worth_another_try(
    serve: Serve, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.factory.create_engine", create_engine)
    url = make_url(settings.database_url.get_secret_value()).set(host="127.0.0.1", port=1)
    nowhere = SecretStr(url.render_as_string(hide_password=False))

    async with serve(database_url=nowhere) as client:
        answer = await client.get("/books", params={"statement": "SELECT 1"})

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
