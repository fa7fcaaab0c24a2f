from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

EVIL = {"Origin": "https://evil.example.com", "Access-Control-Request-Method": "GET"}


async def test_unknown_origin_is_not_allowed(client: AsyncClient) -> None:
    response = await client.get("/health", headers=EVIL)
    preflight = await client.options("/health", headers=EVIL)

    assert "Access-Control-Allow-Origin" not in {*response.headers, *preflight.headers}
    assert preflight.json()["status"] == 400


async def test_production_sends_strict_transport_security(production: FastAPI) -> None:
    async with AsyncClient(transport=ASGITransport(production), base_url="http://test") as client:
        response = await client.get("/nowhere")

    assert "max-age=63072000" in response.headers["Strict-Transport-Security"]
