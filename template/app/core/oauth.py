"""The configured login providers, and the session cookie of a login in progress."""

import hmac
import re
from collections.abc import AsyncGenerator
from functools import cache
from ssl import SSLContext
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.starlette_client import OAuth
from httpx2 import AsyncByteStream, ReadError, Response, create_ssl_context
from pydantic import SecretStr
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.config import API_PREFIX, Settings
from app.core.providers import GitHubProvider, OAuthProvider

GOOGLE_ISSUER = "https://accounts.google.com"
GITHUB_ISSUER = "https://github.com"
GITHUB_ENDPOINTS = {
    "authorize_url": f"{GITHUB_ISSUER}/login/oauth/authorize",
    "access_token_url": f"{GITHUB_ISSUER}/login/oauth/access_token",
    "api_base_url": "https://api.github.com/",
}
AUTH_ROUTES = re.compile(f"{API_PREFIX}/v[0-9]+/auth/")
LOGIN_SECONDS = 600
MAX_RESPONSE_BYTES = 1024 * 1024  # of providers


@cache
def get_ssl_context() -> SSLContext:
    """Return the TLS context of all connections to providers; creating one is slow."""
    return create_ssl_context()


class LimitedStream(AsyncByteStream):
    """The body of a response of a provider, which must not fill the memory."""

    def __init__(self, stream: AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        """Yield the parts of the body.

        Raises:
            ReadError: If the body is too long.
        """
        size = 0
        async for part in self._stream:
            size += len(part)
            if size > MAX_RESPONSE_BYTES:
                raise ReadError(f"The response has more than {MAX_RESPONSE_BYTES} bytes.")
            yield part

    async def aclose(self) -> None:
        """Close the stream."""
        await self._stream.aclose()


async def limit_response(response: Response) -> None:
    """Limit the body of a response before it is read.

    Raises:
        ReadError: If it is compressed, and could become much longer.
    """
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise ReadError("The response is compressed, although the request does not accept that.")
    if isinstance(response.stream, AsyncByteStream):
        response.stream = LimitedStream(response.stream)


def get_auth_url(settings: Settings) -> str:
    """Return the public URL of the authentication routes."""
    return settings.public_url.rstrip("/") + f"{API_PREFIX}/v1/auth"


def create_providers(settings: Settings) -> dict[str, OAuthProvider]:
    """Return the providers that have an issuer, a client id and a client secret, by name."""
    s = settings
    credentials = {
        s.oidc_name: (s.oidc_issuer, s.oidc_client_id, s.oidc_client_secret),
        "google": (GOOGLE_ISSUER, s.google_client_id, s.google_client_secret),
        "github": (GITHUB_ISSUER, s.github_client_id, s.github_client_secret),
    }
    return {
        name: create_provider(name, f"{get_auth_url(settings)}/{name}/callback", *values)
        for name, values in credentials.items()
        if all(values)
    }


def create_provider(
    name: str, redirect_uri: str, issuer: str, client_id: str, client_secret: SecretStr
) -> OAuthProvider:
    """Return one provider with its Authlib client."""
    metadata_url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    provider = GitHubProvider if name == "github" else OAuthProvider
    endpoints: dict[str, Any] = {"server_metadata_url": metadata_url}
    if name == "github":
        endpoints = GITHUB_ENDPOINTS
    client = OAuth().register(
        name,
        client_id=client_id,
        client_secret=client_secret.get_secret_value(),
        client_kwargs={
            "code_challenge_method": "S256",
            "event_hooks": {"response": [limit_response]},
            "headers": {"Accept-Encoding": "identity"},
            "scope": provider.scope,
            "verify": get_ssl_context(),
        },
        **endpoints,
    )
    return provider(issuer, redirect_uri, client)


class OAuthSessionMiddleware(SessionMiddleware):
    """Stores the state of a login in a signed cookie until the provider redirects back."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        secret_key = settings.secret_key.get_secret_value().encode()
        super().__init__(
            app,
            # A key for this cookie only: no other token or cookie is accepted in its place.
            secret_key=hmac.digest(secret_key, b"oauth session cookie", "sha256").hex(),
            session_cookie="oauth",
            path=urlsplit(get_auth_url(settings)).path,
            max_age=LOGIN_SECONDS,
            same_site="lax",
            https_only=settings.environment == "production",
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the session to authentication routes only, since other routes may have their own."""
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if AUTH_ROUTES.match(path):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)
