# Needs app/envelope.py
from collections.abc import AsyncGenerator

import pytest
from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    StreamingResponse,
)
from fastapi.sse import EventSourceResponse
from httpx2 import AsyncClient

from app.envelope import EnvelopeResponse
from tests.test_envelope import Number, get_envelope


async def test_responses_of_nested_routers_have_envelopes(
    app: FastAPI, client: AsyncClient
) -> None:
    inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/outer")

    @inner.post("/numbers", status_code=201)
    async def create_number() -> Number:
        return Number(value=1)

    @inner.get("/accepted")
    async def accept(response: Response) -> dict[str, int]:
        response.status_code = 202
        return {"value": 3}

    @inner.get("/nothing")
    async def do_nothing() -> None: ...

    @inner.get("/custom", response_model=Number)
    async def custom() -> EnvelopeResponse:
        return EnvelopeResponse({"value": 2}, message="Mine")

    @inner.websocket("/talk")
    async def talk() -> None: ...

    outer.include_router(inner)
    app.include_router(outer, prefix="/api")

    created = get_envelope(await client.post("/api/outer/inner/numbers"))
    accepted = get_envelope(await client.get("/api/outer/inner/accepted"))
    own = get_envelope(await client.get("/api/outer/inner/custom"))
    assert (created["message"], created["data"]) == ("Created", {"value": 1})
    assert (accepted["message"], accepted["data"]) == ("Accepted", {"value": 3})
    assert (own["message"], own["data"]) == ("Mine", {"value": 2})
    assert get_envelope(await client.get("/api/outer/inner/nothing"))["data"] is None
    assert app.url_path_for("talk") == "/api/outer/inner/talk"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/text", "text"),
        ("/away", ""),
        ("/lines", '{"value":1}\n'),
        ("/events", 'data: {"value":1}\n\n'),
        ("/file", "from collections.abc import AsyncGenerator\n"),
        ("/gone", ""),
    ],
)
async def test_responses_that_are_not_json_have_no_envelope(
    app: FastAPI, client: AsyncClient, path: str, content: str
) -> None:
    router = APIRouter()

    @router.get("/text", response_class=PlainTextResponse)
    async def text() -> str:
        return "text"

    @router.get("/away")
    async def away() -> RedirectResponse:
        return RedirectResponse("/text")

    @router.get("/lines", response_class=StreamingResponse)
    async def lines() -> AsyncGenerator[str]:
        yield Number(value=1).model_dump_json() + "\n"

    @router.get("/events", response_class=EventSourceResponse)
    async def events() -> AsyncGenerator[Number]:
        yield Number(value=1)

    @router.get("/file", response_class=FileResponse)
    async def file() -> str:
        return __file__

    @router.get("/gone", status_code=204)
    async def gone() -> None: ...

    app.include_router(router)
    response = await client.get(path)

    assert response.text.startswith(content)
    assert "envelope" not in response.extensions


async def test_only_the_login_form_returns_tokens_without_an_envelope(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.post("/oauth/token")
    async def register() -> Number:
        return Number(value=1)

    @app.post("/reset", status_code=205)
    async def reset() -> None: ...

    assert get_envelope(await client.post("/oauth/token"))["data"] == {"value": 1}
    assert (await client.post("/reset")).status_code == 205


async def test_endpoint_with_the_response_class_of_fastapi_is_documented_without_an_envelope(
    app: FastAPI,
) -> None:
    @app.get("/bare", response_class=JSONResponse)
    async def bare() -> Number:
        return Number(value=1)

    responses = app.openapi()["paths"]["/bare"]["get"]["responses"]

    assert responses["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/Number")
