# Needs app/websockets.py app/api/deps.py
"""The example of docs/websockets.md works, and many connections share the pool."""

import re
from collections.abc import AsyncGenerator
from contextlib import ExitStack
from pathlib import Path
from runpy import run_path

import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app.api.v1.api import router as v1_router
from tests.factories.users import PASSWORD

URL = "ws://test/api/v1/name"
ACCOUNT = {"email": "ada@example.com", "password": PASSWORD}


@pytest.fixture
def example(tmp_path: Path) -> APIRouter:
    """Return the router of the example."""
    [code] = re.findall(r"(?s)```python\n(.*?)```", Path("docs/websockets.md").read_text())
    module = tmp_path / "example.py"
    module.write_text(code)
    router = run_path(str(module))["router"]
    assert isinstance(router, APIRouter)
    return router


@pytest.fixture
async def connected(app: FastAPI, example: APIRouter) -> AsyncGenerator[TestClient]:
    app.include_router(example, prefix="/api/v1", dependencies=v1_router.dependencies)
    with TestClient(app, base_url="http://test") as client:
        assert client.post("/api/v1/users", json=ACCOUNT).status_code == 201
        yield client


def headers(client: TestClient) -> dict[str, str]:
    form = {"username": ACCOUNT["email"], "password": PASSWORD}
    token = client.post("/api/v1/auth/token", data=form).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


async def test_example_stores_the_name_until_the_user_logs_out(connected: TestClient) -> None:
    authorization = headers(connected)

    with connected.websocket_connect(URL, headers=authorization) as websocket:
        websocket.send_text("Countess")
        assert websocket.receive_text() == "Hello, Countess!"
        assert "Countess" in connected.get("/api/v1/users/me", headers=authorization).text

        connected.post("/api/v1/auth/logout", headers=authorization)
        websocket.send_text("Eve")
        with pytest.raises(WebSocketDisconnect) as closed:
            websocket.receive_text()

    assert closed.value.code == 4401


async def test_open_connections_hold_no_database_connection(connected: TestClient) -> None:
    authorization = headers(connected)

    with ExitStack() as stack:
        for number in range(25):  # the pool has 15
            connection = connected.websocket_connect(URL, headers=authorization)
            websocket = stack.enter_context(connection)
            websocket.send_text(f"Ada {number}")
            assert websocket.receive_text() == f"Hello, Ada {number}!"
