# Needs app/core/constraints.py
from collections.abc import AsyncGenerator

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, String, Table, insert
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from app.dependencies import SessionDep

ACCOUNTS = Table(
    "sample_accounts",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(20), unique=True, nullable=False),
    Column("secret", String(20), nullable=False),
    Column("amount", Integer),
    Column("parent_id", Integer, ForeignKey("sample_accounts.id")),
    CheckConstraint("amount > 0", name="positive"),
)
VALID = {"id": 1, "name": "Ada", "secret": "s3cret", "amount": 1}


@pytest.fixture(autouse=True)
async def accounts(engine: AsyncEngine) -> AsyncGenerator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(ACCOUNTS.metadata.create_all)
        await connection.execute(insert(ACCOUNTS).values(VALID))
    yield
    async with engine.begin() as connection:
        await connection.run_sync(ACCOUNTS.metadata.drop_all)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": "Eve"}, 200),
        ({}, 409),  # unique
        ({"name": "Eve", "id": 1}, 409),  # primary key
        ({"name": "Eve", "parent_id": 3}, 409),  # foreign key
        ({"name": None}, 500),  # not null
        ({"name": "Eve", "amount": -1}, 500),  # check
    ],
    ids=str,
)
async def test_only_constraints_about_other_rows_are_conflicts(
    app: FastAPI, client: AsyncClient, change: dict[str, object], status: int
) -> None:
    @app.post("/accounts")
    async def create_account(db: SessionDep) -> None:
        await db.execute(insert(ACCOUNTS).values(VALID | {"id": 2} | change))

    with capture_logs() as logs:
        response = await client.post("/accounts")

    assert response.status_code == status
    assert "s3cret" not in str(logs)
