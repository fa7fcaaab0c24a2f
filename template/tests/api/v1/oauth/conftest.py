from collections.abc import Awaitable, Callable, Generator

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, AsyncHTTPTransport, Request, Response
from pydantic import SecretStr

from app.config import Settings
from app.factory import create_app
from tests.api.v1.oauth.provider import CLIENT_ID, CLIENT_SECRET, ISSUER, Provider, make_app
from tests.loopback import listen

SignIn = Callable[..., Awaitable[Response]]
CLOSED = 1  # a port that nobody listens at


running = Provider()


@pytest.fixture(scope="session")
def port() -> Generator[int]:
    with listen(make_app(running)) as port:
        yield port


@pytest.fixture
def provider(port: int, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """Return the provider, in a server of its own; whatever host is asked for, it is asked."""
    vars(running).update(vars(Provider()))
    send = AsyncHTTPTransport.handle_async_request

    async def lead(self: AsyncHTTPTransport, request: Request) -> Response:
        served_at = CLOSED if request.url.path in running.down else port
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=served_at)
        return await send(self, request)

    monkeypatch.setattr(AsyncHTTPTransport, "handle_async_request", lead)
    return running


@pytest.fixture
def changes() -> dict[str, object]:
    return {}


@pytest.fixture(scope="session")
def built_apps() -> dict[str, FastAPI]:
    return {}


@pytest.fixture
def built_app(
    settings: Settings, changes: dict[str, object], built_apps: dict[str, FastAPI]
) -> FastAPI:
    """Return an application that knows the provider, built once."""
    client = {"client_id": CLIENT_ID, "client_secret": SecretStr(CLIENT_SECRET)}
    clients = {f"{name}_{key}": client[key] for name in ("oidc", "github") for key in client}
    base = {"public_url": "http://test/", "oidc_issuer": ISSUER}
    key = repr(changes)
    if key not in built_apps:
        built_apps[key] = create_app(settings.model_copy(update=base | clients | changes))
    return built_apps[key]


@pytest.fixture
def sign_in(client: AsyncClient, provider: Provider) -> SignIn:
    async def sign_in(name: str = "oidc") -> Response:
        start = await client.get(f"/api/v1/auth/{name}/login")
        if not start.has_redirect_location:
            return start
        return await client.get(provider.consent(start.headers["location"]))

    return sign_in
