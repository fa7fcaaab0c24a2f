# Needs app/middleware.py
import pytest
from fastapi import BackgroundTasks, FastAPI
from httpx2 import ASGITransport, AsyncClient
from structlog.testing import capture_logs


def add_background_task(app: FastAPI) -> list[float]:
    """Add the route `/later` and return the clock that its background task sets to 60 seconds."""
    now = [1.0]

    @app.get("/later")
    async def later(background: BackgroundTasks) -> None:
        background.add_task(now.__setitem__, 0, 60.0)

    return now


async def test_duration_ends_with_the_response_and_before_background_tasks(
    app: FastAPI, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = add_background_task(app)
    monkeypatch.setattr("app.middleware.perf_counter", lambda: now[0])

    with capture_logs() as lines:
        await client.get("/later")

    assert now == [60.0]
    assert [line["duration_ms"] for line in lines if line["event"] == "request"] == [0]


async def test_health_checks_accept_any_host_below_a_root_path(transport: ASGITransport) -> None:
    transport.root_path = "/base"
    async with AsyncClient(transport=transport, base_url="http://10.0.0.7:8000") as kubelet:
        assert (await kubelet.get("/base/health/live")).status_code == 204
        assert (await kubelet.get("/base/api/v1")).status_code == 400
