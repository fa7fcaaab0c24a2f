from collections.abc import AsyncGenerator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import PlainTextResponse, RedirectResponse, StreamingResponse
from httpx2 import AsyncClient, Response
from pydantic import BaseModel

from app.envelope import EnvelopeResponse


class Number(BaseModel):
    value: int


def envelope_of(answer: Response) -> dict[str, Any]:
    envelope: dict[str, Any] = answer.extensions["envelope"]
    return envelope


async def test_errors_come_in_an_envelope(app: FastAPI, client: AsyncClient) -> None:
    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError

    for method, path, status in (
        ("GET", "/nowhere", 404),
        ("PUT", "/health", 405),
        ("GET", "/broken", 500),
    ):
        envelope = envelope_of(answer := await client.request(method, path))
        [error] = envelope["errors"]
        assert (answer.status_code, error["status"], error["instance"]) == (status, status, path)
        assert envelope["message"] == error["detail"]


async def test_each_invalid_value_is_an_error_of_its_own(app: FastAPI, client: AsyncClient) -> None:
    @app.post("/sums")
    async def add(first: Number, second: Number) -> int:
        return first.value + second.value

    envelope = envelope_of(await client.post("/sums", json={"first": {}, "second": {}}))

    assert envelope["message"] == "The request is not valid."
    locations = [error["loc"] for error in envelope["errors"]]
    assert locations == [["body", "first", "value"], ["body", "second", "value"]]
    assert envelope["errors"][0]["detail"] == "Field required"


async def test_success_comes_in_an_envelope_whichever_router_gives_it(
    app: FastAPI, client: AsyncClient
) -> None:
    inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/outer")

    @inner.post("/numbers", status_code=201)
    async def make_number() -> Number:
        return Number(value=1)

    @inner.get("/nothing")
    async def do_nothing() -> None: ...

    @inner.get("/own")
    async def answer() -> EnvelopeResponse:
        return EnvelopeResponse({"value": 2}, message="Mine")

    outer.include_router(inner)
    app.include_router(outer, prefix="/api")

    made = envelope_of(await client.post("/api/outer/inner/numbers"))
    own = envelope_of(await client.get("/api/outer/inner/own"))
    assert (made["message"], made["data"]) == ("Created", {"value": 1})
    assert (own["message"], own["data"]) == ("Mine", {"value": 2})
    assert envelope_of(await client.get("/api/outer/inner/nothing"))["data"] is None


@pytest.mark.parametrize("path", ["/text", "/away", "/stream", "/gone"])
async def test_what_is_no_json_stays_as_it_is(app: FastAPI, client: AsyncClient, path: str) -> None:
    @app.get("/text", response_class=PlainTextResponse)
    async def text() -> str:
        return "text"

    @app.get("/away")
    async def away() -> RedirectResponse:
        return RedirectResponse("/text")

    @app.get("/stream", response_class=StreamingResponse)
    async def stream() -> AsyncGenerator[str]:
        yield "text"

    @app.get("/gone", status_code=204)
    async def gone() -> None: ...

    answer = await client.get(path)

    assert answer.text in {"text", ""}
    assert "envelope" not in answer.extensions


async def test_envelopes_are_documented(client: AsyncClient) -> None:
    first = (await client.get("/openapi.json")).json()
    document = (await client.get("/openapi.json")).json()

    assert document == first
    health = document["paths"]["/health"]["get"]["responses"]["200"]["content"]
    ready = document["paths"]["/health/ready"]["get"]["responses"]["503"]["content"]
    envelope, members = health["application/json"]["schema"]["allOf"]
    assert envelope["$ref"].endswith("/Envelope")
    assert members["properties"]["data"]["$ref"].endswith("/Health")
    assert ready["application/json"]["schema"]["$ref"].endswith("/ErrorEnvelope")
    assert {"Envelope", "Meta", "Problem"} <= set(document["components"]["schemas"])
