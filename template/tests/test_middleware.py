import pytest
from fastapi import FastAPI, Request
from httpx2 import AsyncClient
from structlog.testing import capture_logs

from tests.problems import is_problem

SECURITY_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-site",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


async def test_every_response_has_a_request_id_and_security_headers(client: AsyncClient) -> None:
    for path in ("/health", "/nowhere"):
        response = await client.get(path)

        assert len(response.headers["X-Request-ID"]) == 32
        assert response.headers.items() >= SECURITY_HEADERS.items()
        assert float(response.headers["X-Process-Time"]) > 0


async def test_valid_request_id_is_kept_and_invalid_one_is_replaced(client: AsyncClient) -> None:
    kept = await client.get("/health/live", headers={"X-Request-ID": "trace-0123456789"})
    replaced = await client.get("/health/live", headers={"X-Request-ID": "forged\tid"})

    assert kept.headers["X-Request-ID"] == "trace-0123456789"
    assert len(replaced.headers["X-Request-ID"]) == 32


async def test_request_is_logged_once_with_its_duration(client: AsyncClient) -> None:
    with capture_logs() as logs:
        await client.get("/health/live")

    [line] = logs
    assert (line["method"], line["path"], line["status"]) == ("GET", "/health/live", 204)
    assert line["duration_ms"] > 0


async def test_unexpected_error_is_logged_and_not_disclosed(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("the secret reason")

    with capture_logs() as logs:
        response = await client.get("/broken", headers={"Origin": "https://app.example.com"})

    assert response.status_code == 500
    assert is_problem(response)
    assert "secret reason" not in response.text
    assert response.json()["request_id"] == response.headers["X-Request-ID"]
    assert response.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
    assert [line["event"] for line in logs] == ["unexpected error", "request"]


async def test_request_body_is_limited_while_it_is_read(app: FastAPI, client: AsyncClient) -> None:
    @app.post("/upload")
    async def upload(request: Request) -> int:
        return len(await request.body())

    small = await client.post("/upload", content=b"x" * 10_000)
    large = await client.post("/upload", content=b"x" * 10_001)

    assert small.json() == 10_000
    assert large.status_code == 413
    assert is_problem(large)


async def test_unknown_host_is_rejected_except_on_health_checks(client: AsyncClient) -> None:
    headers = {"Host": "evil.example.com"}

    rejected = await client.get("/api/v1", headers=headers)

    assert (rejected.status_code, rejected.json()["instance"]) == (400, "/api/v1")
    assert (await client.get("/health/live", headers=headers)).status_code == 204


@pytest.mark.parametrize(
    "hosts", [["test", "test"], ["test", "evil.example.com"], ["127.0.0.1:99999999"], ["test:x"]]
)
async def test_several_hosts_or_an_invalid_port_are_rejected(
    client: AsyncClient, hosts: list[str]
) -> None:
    headers = [("Host", host) for host in hosts]

    for path in ("/health/live", "/api/v1"):
        response = await client.get(path, headers=headers)
        assert (response.status_code, response.json()["status"]) == (400, 400)
