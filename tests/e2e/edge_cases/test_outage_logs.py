# Needs app/models/entity.py
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy.exc import TimeoutError as PoolTimeout
from structlog.testing import capture_logs

from app.core.health_checks import HealthChecks
from app.dependencies import SessionDep


async def test_cause_that_many_requests_meet_is_logged_once(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.get("/books")
    async def read_books(_: SessionDep) -> None:
        raise PoolTimeout("no connection is free")

    with capture_logs() as logs:
        statuses = [(await client.get("/books")).status_code for _ in range(20)]

    assert statuses == [503] * 20
    assert [line.get("cause") for line in logs].count("no connection is free") == 1


async def test_health_check_that_goes_on_failing_is_logged_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail() -> None:
        raise ConnectionError("no answer")

    monkeypatch.setattr("app.core.health_checks.LIFETIME", -1)
    checks = HealthChecks()
    with capture_logs() as logs:
        for _ in range(3):
            await checks.run({"database": fail})

    assert [line["event"] for line in logs] == ["health check failed"]
