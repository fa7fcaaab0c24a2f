from collections.abc import Awaitable, Callable

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, AsyncHTTPTransport, Response
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.factory import create_app
from tests.api.v1.oauth.provider import CLIENT_ID, CLIENT_SECRET, ISSUER, Provider

SignIn = Callable[..., Awaitable[Response]]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    provider = Provider()
    monkeypatch.setattr(AsyncHTTPTransport, "handle_async_request", provider.handle)
    return provider


@pytest.fixture
def changes() -> dict[str, object]:
    return {}


@pytest.fixture
def app(settings: Settings, engine: AsyncEngine, changes: dict[str, object]) -> FastAPI:
    client = {"client_id": CLIENT_ID, "client_secret": SecretStr(CLIENT_SECRET)}
    clients = {f"{name}_{key}": client[key] for name in ("oidc", "github") for key in client}
    base = {"public_url": "http://test/", "oidc_issuer": ISSUER}
    return create_app(settings.model_copy(update=base | clients | changes))


@pytest.fixture
def sign_in(client: AsyncClient, provider: Provider) -> SignIn:
    async def sign_in(name: str = "oidc") -> Response:
        start = await client.get(f"/api/v1/auth/{name}/login")
        if not start.has_redirect_location:
            return start
        return await client.get(provider.consent(start.headers["location"]))

    return sign_in
