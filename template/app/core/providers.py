"""Login with an OpenID Connect provider, or with GitHub, which supports OAuth 2.0 only."""

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

import structlog
from anyio import fail_after
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import StarletteOAuth2App
from joserfc.errors import JoseError
from starlette.requests import Request

from app.core.tokens import TokenPayload
from app.exceptions import OAuthLoginFailed, OAuthProviderError

# Accepted signatures of ID tokens: the metadata of a provider may also list "none".
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
# Printable ASCII without outer spaces: databases compare other strings in different ways.
SUBJECT = re.compile(r"[!-~]([ -~]{0,253}[!-~])?")
TIMEOUT_SECONDS = 15

log = structlog.get_logger(__name__)


class UserInfo(NamedTuple):
    """The identity and profile of a user; `email` is None unless the provider has verified it."""

    issuer: str
    subject: str
    email: object
    full_name: str | None


def parse_userinfo(issuer: str, claims: Mapping[str, object]) -> UserInfo:
    """Return the user info in these OpenID Connect claims.

    Raises:
        ValueError: If the subject is not a string of printable ASCII characters.
    """
    subject = claims["sub"]
    if not isinstance(subject, str) or not SUBJECT.fullmatch(subject):
        raise ValueError("the subject is not printable ASCII")
    email = claims.get("email") if claims.get("email_verified") is True else None
    name = "".join(filter(str.isprintable, str(claims.get("name") or ""))).strip()
    return UserInfo(issuer, subject, email, name[:100].strip() or None)


class OAuthProvider:
    """An OpenID Connect provider; its metadata is fetched at the first login."""

    scope = "openid email profile"

    def __init__(self, issuer: str, redirect_uri: str, client: StarletteOAuth2App) -> None:
        self.issuer = issuer
        self.redirect_uri = redirect_uri
        self.client = client

    async def create_authorization_url(
        self, request: Request, link_to: TokenPayload | None = None
    ) -> str:
        """Return the URL at the provider where the browser continues.

        The session cookie stores the state, and the user to link the identity to, for the callback.

        Raises:
            OAuthProviderError: If the metadata of the provider cannot be fetched.
        """
        with self.translate_errors():
            data = await self.client.create_authorization_url(self.redirect_uri)
        if link_to:
            data["link_to"] = str(link_to.user_id), str(link_to.session_id)
        await self.client.save_authorize_data(request, redirect_uri=self.redirect_uri, **data)
        return str(data["url"])

    async def handle_callback(self, request: Request) -> tuple[UserInfo, TokenPayload | None]:
        """Return the user info, and the user to link the identity to if that was requested.

        Raises:
            OAuthLoginFailed: If the state, the code or the ID token is not valid.
            OAuthProviderError: If the provider does not respond as specified.
        """
        state = request.query_params.get("state", "")
        data = await self.client.framework.get_state_data(request.session, state)
        with self.translate_errors():
            userinfo = parse_userinfo(self.issuer, await self.fetch_userinfo(request))
        if "link_to" not in data:
            return userinfo, None
        user_id, session_id = map(UUID, data["link_to"])
        return userinfo, TokenPayload(user_id=user_id, session_id=session_id)

    async def fetch_userinfo(self, request: Request) -> Mapping[str, object]:
        """Exchange the code, and return the claims of the ID token or of the userinfo endpoint."""
        metadata = await self.client.load_server_metadata()
        metadata["id_token_signing_alg_values_supported"] = ALGORITHMS
        expected = {"iss": self.issuer, "aud": self.client.client_id}
        options = {name: {"essential": True, "value": value} for name, value in expected.items()}
        token = await self.client.authorize_access_token(request, claims_options=options)
        claims: Mapping[str, object] = token["userinfo"]
        if "email" in claims or "userinfo_endpoint" not in metadata:
            return claims
        userinfo = await self.client.userinfo(token=token)
        # OpenID Connect Core 5.3.2: claims of another subject must not be used.
        return userinfo if userinfo["sub"] == claims["sub"] else claims

    @contextmanager
    def translate_errors(self) -> Generator[None]:
        """Raise the errors of Authlib and of the provider as errors of this application.

        Raises:
            OAuthLoginFailed: If the state, the code or the ID token is not valid.
            OAuthProviderError: If the provider does not respond as specified.
        """
        try:
            with fail_after(TIMEOUT_SECONDS):
                yield
        except (AuthlibBaseError, JoseError) as error:
            if isinstance(error, JoseError):
                self.forget_metadata()
            log.warning("login with provider failed", issuer=self.issuer, reason=str(error))
            raise OAuthLoginFailed from error
        except Exception as error:  # a malformed response can raise anything
            self.forget_metadata()
            log.warning("provider failed", issuer=self.issuer, reason=repr(error))
            raise OAuthProviderError from error

    def forget_metadata(self) -> None:
        """Fetch metadata and keys again at the next login: they may be wrong or outdated."""
        for name in ("_loaded_at", "jwks"):
            self.client.server_metadata.pop(name, None)


class GitHubProvider(OAuthProvider):
    """GitHub, which issues no ID tokens; its API returns the user info."""

    scope = "read:user user:email"

    async def fetch_userinfo(self, request: Request) -> Mapping[str, object]:
        """Exchange the code, and return the user info of the API as OpenID Connect claims."""
        token = await self.client.authorize_access_token(request)
        user = (await self.client.get("user", token=token)).raise_for_status().json()
        emails = (await self.client.get("user/emails", token=token)).raise_for_status().json()
        primary = next((email for email in emails if email["primary"] is True), None) or {}
        return {
            "sub": str(user["id"]),
            "name": user["name"],
            "email": primary.get("email"),
            "email_verified": primary.get("verified"),
        }
