"""WebSocket connections of users: access tokens, and one transaction for each message."""

from collections.abc import AsyncGenerator
from typing import NoReturn

import pytest
from fastapi import FastAPI, WebSocket
from sqlalchemy import select
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from app import websocket_access
from app.api.deps import CurrentUser
from app.dependencies import SessionDep
from app.exceptions import InvalidAuthToken
from app.models.user import User
from tests.factories.users import PASSWORD, token_headers

PATH = "/api/v1/name"
URL = f"ws://test{PATH}"
ACCOUNT = {"email": "ada@example.com", "password": PASSWORD}


@pytest.fixture
async def websockets(app: FastAPI) -> AsyncGenerator[TestClient]:
    """Yield a client of an application with an endpoint that changes the name of the user."""

    @app.websocket(PATH)
    async def change_name(websocket: WebSocket, user: CurrentUser, db: SessionDep) -> None:
        await websocket.accept()
        while True:
            user.full_name = await websocket.receive_text()
            await websocket.send_text("stored")

    @app.get("/names")
    async def read_names(db: SessionDep) -> list[str | None]:
        return list(await db.scalars(select(User.full_name)))

    with TestClient(app, base_url="http://test") as client:
        assert client.post("/api/v1/users", json=ACCOUNT).status_code == 201
        yield client


def access_token(client: TestClient) -> str:
    """Return the access token of a new session."""
    form = {"username": ACCOUNT["email"], "password": PASSWORD}
    token: str = client.post("/api/v1/auth/token", data=form).json()["access_token"]
    return token


def reject_token(*_: object) -> NoReturn:
    """Reject every access token, as when it has expired."""
    raise InvalidAuthToken


async def test_browsers_send_the_token_as_subprotocol(websockets: TestClient) -> None:
    subprotocols = ["bearer", access_token(websockets)]

    with websockets.websocket_connect(
        URL, subprotocols=subprotocols, headers={"Origin": "http://test"}
    ) as websocket:
        websocket.send_text("Ada")

        assert websocket.receive_text() == "stored"
        assert str(websocket.accepted_subprotocol) == "bearer"


async def test_message_is_committed_before_the_answer(websockets: TestClient) -> None:
    headers = token_headers(access_token(websockets))

    with websockets.websocket_connect(URL, headers=headers) as websocket:
        for name in ("Ada", "Countess"):
            websocket.send_text(name)
            websocket.receive_text()

            assert name in websockets.get("/names").text


async def test_connection_without_a_valid_token_is_denied(websockets: TestClient) -> None:
    for headers in ({}, token_headers("wrong")):
        with (
            pytest.raises(WebSocketDenialResponse) as denied,
            websockets.websocket_connect(URL, headers=headers),
        ):
            pass

        assert denied.value.status_code == 401


async def test_browser_reads_why_its_token_is_rejected(websockets: TestClient) -> None:
    with (
        websockets.websocket_connect(
            URL, subprotocols=["bearer", "wrong"], headers={"Origin": "http://test"}
        ) as websocket,
        pytest.raises(WebSocketDisconnect) as closed,
    ):
        websocket.receive_text()

    assert (closed.value.code, closed.value.reason) == (4401, "Invalid or expired token.")


@pytest.mark.parametrize("ending", ["expired token", "ended session"])
async def test_connection_ends_with_its_access(
    websockets: TestClient, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    headers = token_headers(access_token(websockets))
    monkeypatch.setattr(websocket_access, "CHECK_SECONDS", 0.05)

    with websockets.websocket_connect(URL, headers=headers) as websocket:
        if ending == "expired token":
            monkeypatch.setattr(websocket_access, "decode_access_token", reject_token)
        else:
            assert websockets.delete("/api/v1/auth/sessions", headers=headers).is_success
        with pytest.raises(WebSocketDisconnect) as closed:
            websocket.receive_text()

    assert (closed.value.code, closed.value.reason) == (4401, "Invalid or expired token.")
