# Needs app/factory.py
from unittest.mock import AsyncMock

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.responses import PlainTextResponse
from httpx2 import ASGITransport, AsyncClient
from structlog.testing import capture_logs

from app.config import Settings
from app.factory import create_app
from app.middleware import ErrorMiddleware
from app.problems import Problem


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000"])
async def test_development_needs_no_list_of_its_hosts(settings: Settings, host: str) -> None:
    changes = {"environment": "development", "allowed_hosts": []}
    transport = ASGITransport(create_app(settings.model_copy(update=changes)))

    async with AsyncClient(transport=transport, base_url=f"http://{host}") as client:
        assert (await client.get("/nowhere")).status_code == 404
        evil = await client.get("/nowhere", headers={"Host": "evil.example.com"})
    assert evil.status_code == 400


@pytest.mark.parametrize("path", ["/health", "/health/live", "/openapi.json"])
async def test_head_is_answered_like_get(client: AsyncClient, path: str) -> None:
    head, get = await client.head(path), await client.get(path)

    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


async def test_wrong_method_is_told_all_right_ones(app: FastAPI, client: AsyncClient) -> None:
    app.add_api_route("/things/{thing}", lambda: None, methods=["GET"])
    app.add_api_route("/things/{thing}", lambda: None, methods=["DELETE", "PATCH"])

    refused = await client.put("/things/1")

    assert (refused.status_code, refused.headers["Allow"]) == (405, "DELETE, GET, PATCH")


async def test_trailing_slash_leads_nowhere(client: AsyncClient) -> None:
    assert (await client.get("/health/")).status_code == 404


async def test_answer_of_a_route_in_plain_text_stays(app: FastAPI, client: AsyncClient) -> None:
    @app.get("/plain/{status}")
    async def say(status: int) -> PlainTextResponse:
        return PlainTextResponse("not today", status)

    for status in (400, 404):
        answer = await client.get(f"/plain/{status}")
        assert (answer.status_code, answer.text) == (status, "not today")


@pytest.mark.parametrize(
    ("error", "title", "detail"),
    [
        (HTTPException(499), "Error", ""),
        (HTTPException(409, {"code": 7}), "Conflict", "{'code': 7}"),
    ],
)
async def test_any_error_of_a_route_is_a_problem(
    app: FastAPI, client: AsyncClient, error: HTTPException, title: str, detail: str
) -> None:
    @app.get("/refused")
    async def refuse() -> None:
        raise error

    answer = await client.get("/refused")

    problem = Problem.model_validate(answer.json())
    assert answer.status_code == problem.status == error.status_code
    assert (problem.title, problem.detail) == (title, detail)


async def test_answer_that_breaks_off_is_logged_once_and_not_begun_again() -> None:
    broken, send = AsyncMock(side_effect=RuntimeError), AsyncMock()

    with capture_logs() as logs:
        await ErrorMiddleware(broken)({"type": "http", "state": {"status": 200}}, AsyncMock(), send)

    assert [line["event"] for line in logs] == ["unexpected error"]
    send.assert_not_awaited()
