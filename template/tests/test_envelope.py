from typing import Any

from fastapi import FastAPI
from httpx2 import AsyncClient
from httpx2 import Response as Answer
from pydantic import BaseModel


class Number(BaseModel):
    value: int


def envelope_of(answer: Answer) -> dict[str, Any]:
    envelope: dict[str, Any] = answer.extensions["envelope"]
    return envelope


async def test_success_comes_in_an_envelope(client: AsyncClient) -> None:
    answer = await client.get("/health")

    envelope = envelope_of(answer)
    assert (envelope["success"], envelope["message"], envelope["errors"]) == (True, "OK", [])
    assert envelope["data"]["status"] == "ok"
    assert envelope["meta"] == {"request_id": answer.headers["X-Request-ID"]}


async def test_errors_come_in_an_envelope_too(app: FastAPI, client: AsyncClient) -> None:
    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError

    for method, path, status in (("GET", "/nowhere", 404), ("PUT", "/health", 405)):
        envelope = envelope_of(answer := await client.request(method, path))
        [error] = envelope["errors"]
        assert (answer.status_code, error["status"], error["instance"]) == (status, status, path)
        assert (envelope["success"], envelope["data"]) == (False, None)
        assert envelope["message"] == error["detail"]
    assert envelope_of(await client.get("/broken"))["errors"][0]["status"] == 500


async def test_envelopes_are_documented(app: FastAPI) -> None:
    document = app.openapi()

    health = document["paths"]["/health"]["get"]["responses"]["200"]["content"]
    ready = document["paths"]["/health/ready"]["get"]["responses"]["503"]["content"]
    schemas = document["components"]["schemas"]
    assert health["application/json"]["schema"]["$ref"].endswith("/Envelope_Health_")
    assert schemas["Envelope_Health_"]["properties"]["data"]["$ref"].endswith("/Health")
    assert list(ready) == ["application/json"]
    assert ready["application/json"]["schema"]["$ref"].endswith("/ErrorEnvelope")
    assert "loc" in schemas["Problem"]["properties"]
