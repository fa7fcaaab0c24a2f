from collections.abc import Awaitable, Callable, Generator
from threading import Thread
from time import sleep

import pytest
import uvicorn
from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.core import oauth
from app.factory import create_app
from tests.api.v1.oauth.provider import CLIENT_ID, CLIENT_SECRET, Provider, make_app

SignIn = Callable[..., Awaitable[Response]]
running = Provider()


@pytest.fixture(scope="session")
def provider_url() -> Generator[str]:
    server = uvicorn.Server(uvicorn.Config(make_app(running), port=0, log_config=None))
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def provider(provider_url: str, monkeypatch: pytest.MonkeyPatch) -> Provider:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    vars(running).update(vars(Provider(provider_url)))
    return running


@pytest.fixture
def oauth_settings(
    settings: Settings, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    endpoints = {"authorize_url": "/authorize", "access_token_url": "/token", "api_base_url": "/"}
    urls = {name: provider.url + path for name, path in endpoints.items()}
    monkeypatch.setattr(oauth, "GITHUB_OPTIONS", urls)
    return settings.model_copy(
        update={
            "public_url": "http://test/",
            "oidc_issuer": provider.url,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": SecretStr(CLIENT_SECRET),
            "github_client_id": CLIENT_ID,
            "github_client_secret": SecretStr(CLIENT_SECRET),
        }
    )


@pytest.fixture
def app(oauth_settings: Settings, engine: AsyncEngine) -> FastAPI:
    return create_app(oauth_settings)


async def consent(location: str) -> str:
    """Return the address that the provider sends the browser back to."""
    async with AsyncClient(verify=oauth.get_tls()) as browser:
        return (await browser.get(location)).headers["location"]


@pytest.fixture
def sign_in(client: AsyncClient) -> SignIn:
    async def sign_in(name: str = "oidc") -> Response:
        start = await client.get(f"/api/v1/auth/{name}/login")
        if not start.has_redirect_location:
            return start
        return await client.get(await consent(start.headers["location"]))

    return sign_in
