import sys
from pathlib import Path

import pytest
from anyio import run_process
from fastapi import APIRouter, FastAPI
from httpx2 import ASGITransport, AsyncClient
from prometheus_client import REGISTRY
from pydantic import SecretStr, ValidationError
from sqlalchemy import text

from app.config import Settings
from app.core.metrics import DURATION, REQUESTS
from app.dependencies import SessionDep
from app.factory import create_app

TOKEN = "a-token-that-only-prometheus-knows-of"
COUNT_IN_TWO_PROCESSES = """
import os
from app.core.metrics import REQUESTS
child = os.fork()
REQUESTS.labels("GET", "/things", "200").inc()
if child:
    os.waitpid(child, 0)
"""


@pytest.fixture(autouse=True)
def fresh_numbers() -> None:
    REQUESTS.clear()
    DURATION.clear()


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    router = APIRouter(prefix="/things")

    @router.get("/broken")
    async def break_down() -> None:
        raise RuntimeError

    @router.get("/{thing_id}")
    async def read_thing(thing_id: int, db: SessionDep) -> dict[str, float | None]:
        await db.execute(text("SELECT 1"))
        names = ("http_requests_in_progress", "database_connections_in_use")
        return {name: REGISTRY.get_sample_value(name) for name in names}

    app.include_router(router, prefix="/api/v1")
    return app


def production(settings: Settings, token: str) -> Settings:
    return settings.model_copy(
        update={"environment": "production", "metrics_token": SecretStr(token)}
    )


def counted(metrics: str) -> set[str]:
    return {line for line in metrics.splitlines() if line.startswith("http_requests_total{")}


async def test_requests_are_counted_by_method_route_and_status(client: AsyncClient) -> None:
    for path in ("1", "2", "zero", "broken"):
        await client.get(f"/api/v1/things/{path}")
    await client.post("/api/v1/things/1")

    assert counted((await client.get("/metrics")).text) == {
        'http_requests_total{method="GET",route="/api/v1/things/{thing_id}",status="200"} 2.0',
        'http_requests_total{method="GET",route="/api/v1/things/{thing_id}",status="422"} 1.0',
        'http_requests_total{method="GET",route="/api/v1/things/broken",status="500"} 1.0',
        'http_requests_total{method="POST",route="/api/v1/things/{thing_id}",status="405"} 1.0',
    }


async def test_what_callers_invent_shares_one_label(client: AsyncClient) -> None:
    await client.get("/nowhere")
    await client.get("/elsewhere")
    await client.request("BREW", "/coffee")

    assert counted((await client.get("/metrics")).text) == {
        'http_requests_total{method="GET",route="other",status="404"} 2.0',
        'http_requests_total{method="other",route="other",status="404"} 1.0',
    }


async def test_probes_and_scrapes_are_not_counted(client: AsyncClient) -> None:
    for path in ("/health", "/health/live", "/metrics"):
        await client.get(path)

    assert not counted((await client.get("/metrics")).text)


async def test_durations_and_what_is_in_use_are_shown(client: AsyncClient) -> None:
    during = (await client.get("/api/v1/things/1")).json()

    metrics = (await client.get("/metrics")).text
    labels = '{method="GET",route="/api/v1/things/{thing_id}",status="200"}'
    assert f"http_request_duration_seconds_count{labels} 1.0" in metrics
    assert during == {"http_requests_in_progress": 1, "database_connections_in_use": 1}
    assert "http_requests_in_progress 0.0" in metrics
    assert "database_connections_in_use 0.0" in metrics


async def test_production_shows_metrics_to_nobody_without_a_token(settings: Settings) -> None:
    transport = ASGITransport(create_app(production(settings, "")))
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/metrics")).status_code == 404


async def test_only_the_token_opens_the_metrics_whatever_the_host(settings: Settings) -> None:
    transport = ASGITransport(create_app(production(settings, TOKEN)))
    async with AsyncClient(transport=transport, base_url="http://10.0.0.7:8000") as client:
        refused = await client.get("/metrics", headers={"Authorization": "Bearer wrong"})
        shown = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert (shown.status_code, shown.headers["Content-Type"].split(";")[0]) == (200, "text/plain")


def test_production_refuses_a_weak_token(settings: Settings) -> None:
    with pytest.raises(ValidationError, match="METRICS_TOKEN"):
        Settings.model_validate(production(settings, "change-me").model_dump())


async def test_worker_processes_are_added_up(
    client: AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    await run_process([sys.executable, "-c", COUNT_IN_TWO_PROCESSES])

    assert counted((await client.get("/metrics")).text) == {
        'http_requests_total{method="GET",route="/things",status="200"} 2.0'
    }
