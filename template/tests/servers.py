"""Run the application with changed settings, and read why settings are rejected."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from pydantic import ValidationError
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.config import Settings
from app.factory import create_lifespan

Serve = Callable[..., AbstractAsyncContextManager[AsyncClient]]


def change_settings(app: FastAPI, settings: Settings, changes: dict[str, object]) -> None:
    """Make the application open its state with changed settings when it starts."""
    changed = settings.model_copy(update=changes)
    app.router.lifespan_context = create_lifespan(changed)


@asynccontextmanager
async def run_server(
    app: FastAPI,
    settings: Settings,
    address: str = "192.0.2.1",
    proxy: str | None = None,
    **changes: object,
) -> AsyncGenerator[AsyncClient]:
    """Yield a client of the application with changed settings; the client has this address."""
    change_settings(app, settings, changes)
    async with LifespanManager(app) as running:
        asgi: Any = running.app  # Starlette and uvicorn define different types of it
        if proxy:
            asgi = ProxyHeadersMiddleware(asgi, trusted_hosts=proxy)
        transport = ASGITransport(asgi, client=(address, 1234))
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


def settings_error(settings: Settings, **changes: object) -> str:
    """Return the error message for these settings."""
    with pytest.raises(ValidationError) as error:
        Settings.model_validate(settings.model_dump() | changes)
    return str(error.value)
