"""Which providers there are, and the cookie of a sign-in that is under way."""

import hmac
from functools import cache
from ssl import SSLContext
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.starlette_client import StarletteIntegration, StarletteOAuth2App
from httpx2 import create_ssl_context
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp

from app.config import Settings
from app.core.providers import GitHub, Provider

PATH = "/api/v1/auth"
GOOGLE = "https://accounts.google.com"
GITHUB = "https://github.com"
GITHUB_ENDPOINTS = {
    "authorize_url": f"{GITHUB}/login/oauth/authorize",
    "access_token_url": f"{GITHUB}/login/oauth/access_token",
    "api_base_url": "https://api.github.com/",
}
SECONDS = 600
NETWORK_SECONDS = 5


@cache
def get_tls() -> SSLContext:
    """Return what every connection to a provider shares: making one takes long."""
    return create_ssl_context()


class OAuth:
    """The providers whose settings are there."""

    def __init__(self, settings: Settings) -> None:
        self._address = settings.public_url.rstrip("/") + PATH
        self._production = settings.environment == "production"
        key = settings.secret_key.get_secret_value().encode()
        self._cookie_key = hmac.digest(key, b"cookie of a sign-in under way", "sha256").hex()
        self.providers: dict[str, Provider] = {}
        for name, (client_id, secret) in settings.oauth_clients.items():
            if client_id:
                keys = {"client_id": client_id, "client_secret": secret.get_secret_value()}
                self.providers[name] = self._make(name, settings.oidc_issuer, keys)

    def _make(self, name: str, oidc_issuer: str, keys: dict[str, str]) -> Provider:
        redirect_uri = f"{self._address}/{name}/callback"
        issuer = {"google": GOOGLE, "github": GITHUB}.get(name, oidc_issuer)
        discovery = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        kind, where = Provider, {"server_metadata_url": discovery}
        asked: dict[str, Any] = {"code_challenge_method": "S256", "verify": get_tls()}
        if name == "github":
            kind, where = GitHub, GITHUB_ENDPOINTS
            asked |= {"token_endpoint_auth_method": "client_secret_post"}
        asked |= {"scope": kind.scope, "timeout": NETWORK_SECONDS}
        client = StarletteOAuth2App(
            StarletteIntegration(name), name, client_kwargs=asked, **keys, **where
        )
        return kind(issuer, redirect_uri, client)

    def with_cookie(self, app: ASGIApp) -> ASGIApp:
        """Return the application with a signed session, for as long as a sign-in may take."""
        return SessionMiddleware(
            app,
            secret_key=self._cookie_key,
            session_cookie="oauth",
            path=urlsplit(self._address).path,
            max_age=SECONDS,
            same_site="lax",
            https_only=self._production,
        )
