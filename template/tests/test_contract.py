"""Generated requests against the application's own OpenAPI document."""

from collections.abc import Generator
from threading import Thread
from time import sleep
from typing import Any

import httpx2
import hypothesis
import pytest
import schemathesis
import uvicorn
from fastapi import FastAPI
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.factory import create_app
from tests.factories import PASSWORD

Operation = schemathesis.APIOperation[Any, Any, Any, Any]


@pytest.fixture
def url(settings: Settings, engine: AsyncEngine) -> Generator[str]:
    """Yield the address of a running server."""
    app = create_app(settings.model_copy(update={"allowed_hosts": ["127.0.0.1"]}))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def sign_in(url: str) -> dict[str, str]:
    """Return the headers of somebody who may call."""
    with httpx2.Client(base_url=f"{url}/api/v1") as client:
        account = {"email": "ada@example.com", "password": PASSWORD}
        client.post("/users", json=account)
        pair = client.post("/auth/login", json=account).json()
    return {"Authorization": f"Bearer {pair['access_token']}"}


def check_operation(operation: Operation, headers: dict[str, str]) -> None:
    """Send generated requests, and hold every answer against the document."""

    @hypothesis.settings(max_examples=5, deadline=None, derandomize=True)
    @hypothesis.given(case=operation.as_strategy())
    def check(case: schemathesis.Case[Any]) -> None:
        # a schema cannot say that a password is too common, or that nobody has mail at .test
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    check()


async def test_every_route_says_what_it_does_and_what_is_refused_anywhere(app: FastAPI) -> None:
    paths = app.openapi()["paths"]

    assert paths["/api/v1/users"]["post"]["summary"] == "Sign up"
    for operation in (operation for path in paths.values() for operation in path.values()):
        assert {"400", "413"} <= set(operation["responses"])


async def test_errors_are_documented_as_problems(app: FastAPI) -> None:
    document = app.openapi()

    taken = document["paths"]["/api/v1/users"]["post"]["responses"]["409"]
    assert list(taken["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert "request_id" in document["components"]["schemas"]["Problem"]["properties"]


async def test_application_keeps_its_promises(url: str) -> None:
    document = schemathesis.openapi.from_url(f"{url}/openapi.json")

    for operation in document.get_all_operations():
        assert isinstance(operation, Ok)
        check_operation(operation.ok(), sign_in(url))
