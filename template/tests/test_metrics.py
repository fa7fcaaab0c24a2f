import pytest
from fastapi import APIRouter, FastAPI
from httpx2 import ASGITransport, AsyncClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from app.api.metrics import DURATION, REQUESTS
from app.config import Settings
from app.factory import create_app

TOKEN = "a-long-token-of-the-prometheus-server"
router = APIRouter(prefix="/things")


@router.get("/broken")
async def raise_error() -> None:
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


async def read_counts(
    client: AsyncClient, name: str = "http_requests_total"
) -> dict[tuple[str, str, str], float]:
    """Return the values of a metric by method, handler and status."""
    families = text_string_to_metric_families((await client.get("/metrics")).text)
    return {
        (sample.labels["method"], sample.labels["handler"], sample.labels["status"]): sample.value
        for family in families
        for sample in family.samples
        if sample.name == name
    }


async def test_requests_are_counted_and_timed_by_method_route_and_status(
    client: AsyncClient,
) -> None:
    for path in ("1", "2", "zero", "broken"):
        await client.get(f"/api/v1/things/{path}")
    await client.post("/api/v1/things/1")

    counts = {
        ("GET", "/api/v1/things/{thing_id}", "200"): 2,
        ("GET", "/api/v1/things/{thing_id}", "422"): 1,
        ("GET", "/api/v1/things/broken", "500"): 1,
        ("POST", "/api/v1/things/{thing_id}", "405"): 1,
    }
    assert await read_counts(client) == counts
    assert await read_counts(client, "http_request_duration_seconds_count") == counts


async def test_unknown_paths_and_methods_share_one_label_and_probes_are_not_counted(
    client: AsyncClient,
) -> None:
    for path in ("/nowhere", "/elsewhere", "/health", "/health/live", "/metrics"):
        await client.get(path)
    await client.request("BREW", "/coffee")

    assert await read_counts(client) == {
        ("GET", "none", "404"): 2,
        ("other", "none", "404"): 1,
    }


async def test_production_requires_the_token_on_any_host(settings: Settings) -> None:
    values = {"environment": "production", "metrics_token": SecretStr(TOKEN)}
    transport = ASGITransport(create_app(settings.model_copy(update=values)))

    async with AsyncClient(transport=transport, base_url="http://10.0.0.7:8000") as client:
        rejected = await client.get("/metrics", headers={"Authorization": "Bearer wrong"})
        accepted = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert (rejected.status_code, accepted.status_code) == (401, 200)
    assert rejected.headers["WWW-Authenticate"] == "Bearer"


async def test_production_without_a_token_has_no_metrics(production: FastAPI) -> None:
    async with AsyncClient(transport=ASGITransport(production), base_url="http://test") as client:
        assert (await client.get("/metrics")).status_code == 404
