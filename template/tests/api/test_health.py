import pytest
from httpx2 import AsyncClient

from app.api import health
from app.dependencies import AppState


async def fail(_: AppState) -> None:
    raise ConnectionError("no answer")


async def test_application_is_live_and_ready_and_reports_response_times(
    client: AsyncClient,
) -> None:
    report = (await client.get("/health")).json()

    assert (report["status"], report["services"]["database"] > 0) == ("ok", True)
    for path in ("/health/live", "/health/ready"):
        assert (await client.get(path)).status_code == 204


async def test_application_is_not_ready_while_the_database_is_unavailable(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "ping_database", fail)

    ready = await client.get("/health/ready")
    report = (await client.get("/health")).json()

    assert ready.status_code == 503
    assert ready.headers["Retry-After"] == "5"
    assert (report["status"], report["services"]["database"]) == ("degraded", None)
    assert (await client.get("/health/live")).status_code == 204
