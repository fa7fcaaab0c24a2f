import pytest
from httpx2 import AsyncClient

from app.api import health
from app.dependencies import Resources


async def fail(_: Resources) -> None:
    raise ConnectionError("no answer")


async def test_health_reports_every_service_with_timings(client: AsyncClient) -> None:
    response = await client.get("/health")

    assert response.json()["status"] == "ok"
    assert response.json()["services"]["database"] > 0


async def test_process_is_live_and_ready(client: AsyncClient) -> None:
    assert (await client.get("/health/live")).status_code == 204
    assert (await client.get("/health/ready")).status_code == 204


async def test_application_is_not_ready_while_a_service_is_silent(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(health.SERVICES, "database", fail)

    ready = await client.get("/health/ready")
    report = await client.get("/health")

    assert ready.status_code == 503
    assert ready.headers["Retry-After"] == "5"
    assert report.json() == {"status": "degraded", "services": {"database": None}}
    assert (await client.get("/health/live")).status_code == 204
