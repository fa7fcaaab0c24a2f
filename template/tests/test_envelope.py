from typing import Any

from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from pydantic import BaseModel


class Number(BaseModel):
    value: int


def get_envelope(response: Response) -> dict[str, Any]:
    envelope: dict[str, Any] = response.extensions["envelope"]
    return envelope


async def test_successful_response_has_an_envelope(client: AsyncClient) -> None:
    response = await client.get("/health")

    envelope = get_envelope(response)
    assert (envelope["success"], envelope["message"], envelope["errors"]) == (True, "OK", [])
    assert envelope["data"]["status"] == "ok"
    assert envelope["meta"] == {"request_id": response.headers["X-Request-ID"]}


async def test_error_response_has_an_envelope(app: FastAPI, client: AsyncClient) -> None:
    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError

    for method, path, status in (("GET", "/nowhere", 404), ("PUT", "/health", 405)):
        response = await client.request(method, path)

        envelope = get_envelope(response)
        [error] = envelope["errors"]
        assert (response.status_code, error["status"], error["instance"]) == (status, status, path)
        assert (envelope["success"], envelope["data"]) == (False, None)
        assert envelope["message"] == error["detail"]
    assert get_envelope(await client.get("/broken"))["errors"][0]["status"] == 500


async def test_envelopes_are_documented(app: FastAPI) -> None:
    @app.get("/numbers")
    async def numbers() -> list[Number]:
        return []

    for document in (app.openapi(), app.openapi()):
        paths, schemas = document["paths"], document["components"]["schemas"]
        health = paths["/health"]["get"]["responses"]["200"]["content"]["application/json"]
        ready = paths["/health/ready"]["get"]["responses"]["503"]["content"]
        assert health["schema"]["$ref"].endswith("/HealthEnvelope")
        assert schemas["HealthEnvelope"]["properties"]["data"]["$ref"].endswith("/Health")
        assert schemas["NumbersNumbersEnvelope"]["properties"]["data"]["type"] == "array"
        assert list(ready) == ["application/json"]
        assert ready["application/json"]["schema"]["$ref"].endswith("/ErrorEnvelope")
        assert "loc" in schemas["EnvelopeError"]["properties"]
