"""Which providers there are, and the cookie of a sign-in that is under way."""

import hmac
import re
from functools import cache
from ssl import SSLContext
from urllib.parse import urlsplit

from authlib.integrations.starlette_client import StarletteIntegration, StarletteOAuth2App
from httpx2 import create_ssl_context
from pydantic import SecretStr
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.config import Settings
from app.core.providers import GitHub, Provider

GOOGLE = "https://accounts.google.com"
GITHUB = "https://github.com"
GITHUB_OPTIONS = {
    "authorize_url": f"{GITHUB}/login/oauth/authorize",
    "access_token_url": f"{GITHUB}/login/oauth/access_token",
    "api_base_url": "https://api.github.com/",
}
ROUTES = "/api/v1/auth"
ACCOUNTS = re.compile("/api/v[0-9]+/auth/")
COOKIE_SECONDS = 600


@cache
def get_tls() -> SSLContext:
    """Return what every connection to a provider shares: making one takes long."""
    return create_ssl_context()


def find_address(settings: Settings) -> str:
    """Return below which address a sign-in takes place."""
    return settings.public_url.rstrip("/") + ROUTES


class OAuth:
    """The providers whose settings are all there."""

    def __init__(self, settings: Settings) -> None:
        s, address = settings, find_address(settings)
        clients = {
            s.oidc_name: (s.oidc_issuer, s.oidc_client_id, s.oidc_client_secret),
            "google": (GOOGLE, s.google_client_id, s.google_client_secret),
            "github": (GITHUB, s.github_client_id, s.github_client_secret),
        }
        self.providers = {
            name: make_provider(name, f"{address}/{name}/callback", *client)
            for name, client in clients.items()
            if all(client)
        }


def make_provider(
    name: str, redirect_uri: str, issuer: str, client_id: str, secret: SecretStr
) -> Provider:
    """Return a provider, for the client that we are there."""
    discovery = {"server_metadata_url": f"{issuer.rstrip('/')}/.well-known/openid-configuration"}
    kind = GitHub if name == "github" else Provider
    client = StarletteOAuth2App(
        StarletteIntegration(name),
        name,
        client_id=client_id,
        client_secret=secret.get_secret_value(),
        client_kwargs={
            "code_challenge_method": "S256",
            "scope": kind.scope,
            "verify": get_tls(),
        },
        **(GITHUB_OPTIONS if kind is GitHub else discovery),
    )
    return kind(issuer, redirect_uri, client)


class OAuthSessionMiddleware(SessionMiddleware):
    """Keeps in a signed cookie, for as long as a sign-in may take, what must come back."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        key = settings.secret_key.get_secret_value().encode()
        super().__init__(
            app,
            secret_key=hmac.digest(key, b"cookie of a sign-in under way", "sha256").hex(),
            session_cookie="oauth",
            path=urlsplit(find_address(settings)).path,
            max_age=COOKIE_SECONDS,
            same_site="lax",
            https_only=settings.environment == "production",
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look after the routes of accounts alone: others may have cookies of their own."""
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        mine = ACCOUNTS.match(path)
        await (super().__call__ if mine else self.app)(scope, receive, send)
