import pytest
from fastapi import APIRouter, FastAPI
from httpx2 import ASGITransport, AsyncClient
from pydantic import SecretStr

from app.config import Settings
from app.core.metrics import DURATION, REQUESTS
from app.factory import create_app

TOKEN = "a-token-that-only-prometheus-knows-of"
router = APIRouter(prefix="/things")


@router.get("/broken")
async def break_down() -> None:
    raise RuntimeError


@router.get("/{thing_id}")
async def read_thing(thing_id: int) -> int:
    return thing_id


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    REQUESTS.clear()
    DURATION.clear()
    app.include_router(router, prefix="/api/v1")
    return app


async def read_counts(client: AsyncClient) -> set[str]:
    metrics = (await client.get("/metrics")).text
    return {line for line in metrics.splitlines() if line.startswith("http_requests_total{")}


async def test_requests_are_counted_and_timed_by_route_and_status(client: AsyncClient) -> None:
    for path in ("1", "2", "zero", "broken"):
        await client.get(f"/api/v1/things/{path}")
    await client.post("/api/v1/things/1")

    assert await read_counts(client) == {
        'http_requests_total{method="GET",route="/api/v1/things/{thing_id}",status="200"} 2.0',
        'http_requests_total{method="GET",route="/api/v1/things/{thing_id}",status="422"} 1.0',
        'http_requests_total{method="GET",route="/api/v1/things/broken",status="500"} 1.0',
        'http_requests_total{method="POST",route="/api/v1/things/{thing_id}",status="405"} 1.0',
    }
    timed = 'http_request_duration_seconds_count{method="GET",route="/api/v1/things/{thing_id}",'
    assert f'{timed}status="200"}} 2.0' in (await client.get("/metrics")).text


async def test_what_callers_invent_shares_a_label_and_probes_have_none(client: AsyncClient) -> None:
    for path in ("/nowhere", "/elsewhere", "/health", "/health/live", "/metrics"):
        await client.get(path)
    await client.request("BREW", "/coffee")

    assert await read_counts(client) == {
        'http_requests_total{method="GET",route="other",status="404"} 2.0',
        'http_requests_total{method="other",route="other",status="404"} 1.0',
    }


async def test_only_the_token_opens_metrics_of_production_on_any_host(settings: Settings) -> None:
    values = {"environment": "production", "metrics_token": SecretStr(TOKEN)}
    transport = ASGITransport(create_app(settings.model_copy(update=values)))

    async with AsyncClient(transport=transport, base_url="http://10.0.0.7:8000") as client:
        refused = await client.get("/metrics", headers={"Authorization": "Bearer wrong"})
        shown = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert (refused.status_code, shown.status_code) == (401, 200)
    assert refused.headers["WWW-Authenticate"] == "Bearer"


async def test_production_without_a_token_has_no_metrics(production: FastAPI) -> None:
    async with AsyncClient(transport=ASGITransport(production), base_url="http://test") as client:
        assert (await client.get("/metrics")).status_code == 404
