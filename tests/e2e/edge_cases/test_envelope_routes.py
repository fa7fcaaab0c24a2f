# Needs app/envelope.py
from collections.abc import AsyncGenerator

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import PlainTextResponse, RedirectResponse
from httpx2 import AsyncClient
from structlog.contextvars import get_contextvars

from app.envelope import Envelope, Meta
from tests.test_envelope import Number, envelope_of


async def test_router_in_a_router_answers_in_envelopes(app: FastAPI, client: AsyncClient) -> None:
    inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/outer")

    @inner.post("/numbers", status_code=201)
    async def make_number() -> Number:
        return Number(value=1)

    @inner.get("/nothing")
    async def do_nothing() -> None: ...

    @inner.get("/own")
    async def answer() -> Envelope[Number]:
        meta = Meta(request_id=get_contextvars()["request_id"])
        return Envelope(success=True, message="Mine", data=Number(value=2), errors=(), meta=meta)

    @inner.websocket("/talk")
    async def talk() -> None: ...

    outer.include_router(inner)
    app.include_router(outer, prefix="/api")

    made = envelope_of(await client.post("/api/outer/inner/numbers"))
    own = envelope_of(await client.get("/api/outer/inner/own"))
    assert (made["message"], made["data"]) == ("Created", {"value": 1})
    assert (own["message"], own["data"]) == ("Mine", {"value": 2})
    assert envelope_of(await client.get("/api/outer/inner/nothing"))["data"] is None
    assert app.url_path_for("talk") == "/api/outer/inner/talk"


@pytest.mark.parametrize(
    ("path", "content"),
    [("/text", "text"), ("/away", ""), ("/lines", '{"value":1}\n'), ("/gone", "")],
)
async def test_what_is_no_json_stays_as_it_is(
    app: FastAPI, client: AsyncClient, path: str, content: str
) -> None:
    router = APIRouter()

    @router.get("/text", response_class=PlainTextResponse)
    async def text() -> str:
        return "text"

    @router.get("/away")
    async def away() -> RedirectResponse:
        return RedirectResponse("/text")

    @router.get("/lines")
    async def lines() -> AsyncGenerator[Number]:
        yield Number(value=1)

    @router.get("/gone", status_code=204)
    async def gone() -> None: ...

    app.include_router(router)
    answer = await client.get(path)

    assert answer.text == content
    assert "envelope" not in answer.extensions


async def test_only_the_tokens_of_a_sign_in_stand_alone(app: FastAPI, client: AsyncClient) -> None:
    @app.post("/oauth/token")
    async def register() -> Number:
        return Number(value=1)

    @app.post("/reset", status_code=205)
    async def reset() -> None: ...

    assert envelope_of(await client.post("/oauth/token"))["data"] == {"value": 1}
    assert (await client.post("/reset")).status_code == 205
