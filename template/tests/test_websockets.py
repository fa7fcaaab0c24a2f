"""WebSocket connections: their origins, errors, messages and log lines."""

from collections.abc import AsyncGenerator

import pytest
from fastapi import FastAPI, WebSocket
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect
from structlog.testing import capture_logs

from app.exceptions import ServiceUnavailable

HOST = "ws://test"
ORIGIN = "https://app.example.com"


@pytest.fixture
async def websockets(app: FastAPI) -> AsyncGenerator[TestClient]:
    """Yield a client of an application with an endpoint that answers or fails."""

    @app.websocket("/echo")
    async def echo(websocket: WebSocket, copies: int = 1) -> None:
        await websocket.accept()
        text = await websocket.receive_text()
        if text == "unavailable":
            raise ServiceUnavailable
        if text == "broken":
            raise LookupError
        await websocket.send_text(text * copies)

    with TestClient(app, base_url="http://test") as client:
        yield client


def denial(client: TestClient, path: str, **headers: str) -> WebSocketDenialResponse:
    """Return the response that denies a connection."""
    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        client.websocket_connect(HOST + path, headers=headers),
    ):
        pass
    return denied.value


def closing(client: TestClient, path: str, text: str = "", **headers: str) -> WebSocketDisconnect:
    """Return how the server closes a connection after it has accepted it."""
    with client.websocket_connect(HOST + path, headers=headers) as websocket:
        websocket.send_text(text)
        with pytest.raises(WebSocketDisconnect) as closed:
            websocket.receive_text()
    return closed.value


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://test"}, {"Origin": ORIGIN}])
async def test_programs_and_allowed_origins_connect(
    websockets: TestClient, headers: dict[str, str]
) -> None:
    with websockets.websocket_connect(f"{HOST}/echo?copies=2", headers=headers) as websocket:
        websocket.send_text("hi")

        assert websocket.receive_text() == "hihi"


@pytest.mark.parametrize("origin", ["https://evil.example.com", "https://test", "null"])
async def test_scripts_of_other_sites_are_denied(websockets: TestClient, origin: str) -> None:
    response = denial(websockets, "/echo", Origin=origin)

    assert (response.status_code, "Origin not allowed." in response.text) == (403, True)
    assert response.headers["X-Request-ID"] in response.text


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nothing", 404), ("/echo?copies=x", 422), (f"/echo?q={'x' * 9000}", 414)],
    ids=["unknown", "invalid", "long"],
)
async def test_errors_of_the_handshake_are_problem_details_or_close_codes(
    websockets: TestClient, path: str, status: int
) -> None:
    response = denial(websockets, path)
    closed = closing(websockets, path, Origin=ORIGIN)  # browsers hide a denial from scripts

    assert (response.status_code, f'"status":{status}' in response.text) == (status, True)
    assert (closed.code, bool(closed.reason)) == (4000 + status, True)


async def test_unknown_hosts_are_denied_with_problem_details(websockets: TestClient) -> None:
    response = denial(websockets, "/echo", Host="evil.example.com")

    assert (response.status_code, "Invalid Host header" in response.text) == (400, True)


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("unavailable", 1013, "Service temporarily unavailable. Try again later."),
        ("broken", 1011, "Internal Server Error"),
        ("x" * 10_001, 1009, "Message too big."),
    ],
)
async def test_errors_after_the_handshake_close_the_connection(
    websockets: TestClient, text: str, code: int, reason: str
) -> None:
    closed = closing(websockets, "/echo", text)

    assert (closed.code, closed.reason) == (code, reason)


async def test_connection_has_a_request_id_and_one_line_in_the_log(websockets: TestClient) -> None:
    request_id = {"X-Request-ID": "my-request-1"}
    with (
        capture_logs() as logs,
        websockets.websocket_connect(f"{HOST}/echo", headers=request_id) as websocket,
    ):
        assert (b"x-request-id", b"my-request-1") in (websocket.extra_headers or [])
        websocket.close(4999)

    [line] = logs
    assert (line["event"], line["path"]) == ("websocket", "/echo")
    assert (line["status"], line["close_code"]) == (101, 4999)
