# Needs app/factory.py
from collections.abc import AsyncGenerator

import pytest
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import PlainTextResponse, StreamingResponse
from httpx2 import ASGITransport, AsyncClient
from structlog.testing import capture_logs

from app.config import Settings
from app.factory import create_app
from app.problems import Problem


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000"])
async def test_development_allows_local_hosts_by_default(settings: Settings, host: str) -> None:
    changes = {"environment": "development", "allowed_hosts": []}
    transport = ASGITransport(create_app(settings.model_copy(update=changes)))

    async with AsyncClient(transport=transport, base_url=f"http://{host}") as client:
        assert (await client.get("/nowhere")).status_code == 404
        evil = await client.get("/nowhere", headers={"Host": "evil.example.com"})
    assert evil.status_code == 400


@pytest.mark.parametrize("path", ["/health", "/health/live", "/openapi.json"])
async def test_head_has_the_headers_of_get_and_no_body(client: AsyncClient, path: str) -> None:
    head, get = await client.head(path), await client.get(path)

    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


async def test_method_not_allowed_names_the_methods_of_all_routes(
    app: FastAPI, client: AsyncClient
) -> None:
    app.add_api_route("/things/{thing}", lambda: None, methods=["GET"])
    app.add_api_route("/things/{thing}", lambda: None, methods=["DELETE", "PATCH"])

    rejected = await client.put("/things/1")

    assert (rejected.status_code, rejected.headers["Allow"]) == (405, "DELETE, GET, PATCH")


async def test_path_with_trailing_slash_is_not_found(client: AsyncClient) -> None:
    assert (await client.get("/health/")).status_code == 404


async def test_plain_text_errors_of_an_endpoint_stay(app: FastAPI, client: AsyncClient) -> None:
    @app.get("/plain/{status}")
    async def plain(status: int) -> PlainTextResponse:
        return PlainTextResponse("not today", status)

    for status in (400, 404):
        response = await client.get(f"/plain/{status}")
        assert (response.status_code, response.text) == (status, "not today")


@pytest.mark.parametrize(
    ("error", "title", "detail"),
    [
        (HTTPException(499), "Error", ""),
        (HTTPException(409, {"code": 7}), "Conflict", "{'code': 7}"),
    ],
)
async def test_http_exception_becomes_a_problem(
    app: FastAPI, client: AsyncClient, error: HTTPException, title: str, detail: str
) -> None:
    @app.get("/failing")
    async def fail() -> None:
        raise error

    response = await client.get("/failing")

    problem = Problem.model_validate(response.json())
    assert response.status_code == problem.status == error.status_code
    assert (problem.title, problem.detail) == (title, detail)


async def test_error_after_the_start_of_a_response_reaches_the_server_and_sends_no_second_response(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.get("/stream", response_class=StreamingResponse)
    async def stream() -> AsyncGenerator[bytes]:
        yield b"first"
        raise LookupError

    with capture_logs() as logs, pytest.raises(RuntimeError) as raised:
        await client.get("/stream")

    assert "response already started" in str(raised.value)
    assert isinstance(raised.value.__cause__, LookupError)
    assert [(line["event"], line["status"]) for line in logs] == [("request", 200)]


async def test_oversized_body_is_a_problem_even_if_the_endpoint_does_not_read_it(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.post("/ignored")
    async def ignore() -> None: ...

    @app.post("/read")
    async def read(request: Request) -> int:
        return len(await request.body())

    for path in ("/ignored", "/read", "/nowhere"):
        response = await client.post(path, content=b"x" * 10_001)

        problem = Problem.model_validate(response.json())
        assert (response.status_code, problem.status) == (413, 413)
        assert problem.detail == "Content Too Large"


async def test_invalid_values_under_names_with_lone_surrogates_are_described(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.post("/numbers")
    async def numbers(body: dict[str, int]) -> int:
        return len(body)

    headers = {"Content-Type": "application/json"}
    response = await client.post("/numbers", content=b'{"\\ud800": "x"}', headers=headers)

    [error] = response.json()["errors"]
    assert (response.status_code, error["type"]) == (422, "int_parsing")
