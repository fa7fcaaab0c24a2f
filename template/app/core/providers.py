"""Others who can say who somebody is: by OpenID Connect, or as GitHub does."""

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

import structlog
from anyio import fail_after
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import StarletteOAuth2App
from httpx2 import HTTPError, InvalidURL
from joserfc.errors import JoseError
from starlette.requests import Request

from app.core.tokens import TokenPayload
from app.exceptions import OAuthLoginFailed, OAuthProviderError

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # whatever a provider lists: it may list "none"
SUBJECT = re.compile(r"[!-~]([ -~]{0,253}[!-~])?")  # what every database keeps apart
SECONDS = 15
PROVIDER_ERRORS = (
    *(HTTPError, InvalidURL, OSError),
    *(ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError),  # odd
)

log = structlog.stdlib.get_logger(__name__)


class UserInfo(NamedTuple):
    """Who signs in, as a provider says; the e-mail address only where it says it is verified."""

    issuer: str
    subject: str
    email: object
    full_name: str | None


def make_person(issuer: str, claims: Mapping[str, object]) -> UserInfo:
    """Return the person of these claims.

    Raises:
        ValueError: They name nobody.
    """
    subject = claims["sub"]
    if not isinstance(subject, str) or not SUBJECT.fullmatch(subject):
        raise ValueError("the subject is not printable ASCII")
    email = claims.get("email") if claims.get("email_verified") is True else None
    name = "".join(filter(str.isprintable, str(claims.get("name") or ""))).strip()
    return UserInfo(issuer, subject, email, name[:100].strip() or None)


@contextmanager
def explained(client: StarletteOAuth2App, issuer: str) -> Generator[None]:
    """Turn what goes wrong with a provider into an answer.

    Raises:
        OAuthLoginFailed: The provider or its answer does not prove who somebody is.
        OAuthProviderError: The provider does not answer, or not as it should.
    """
    try:
        with fail_after(SECONDS):
            try:
                yield
            except (JoseError, *PROVIDER_ERRORS):
                for known in ("_loaded_at", "jwks"):  # what is wrong, or has changed since
                    client.server_metadata.pop(known, None)
                raise
    except (AuthlibBaseError, JoseError) as error:
        log.warning("sign-in failed", issuer=issuer, reason=str(error))
        raise OAuthLoginFailed from error
    except PROVIDER_ERRORS as error:
        log.warning("provider failed", issuer=issuer, reason=repr(error))
        raise OAuthProviderError from error


class Provider:
    """A provider of OpenID Connect; what it can do is asked when it is first needed."""

    scope = "openid email profile"

    def __init__(self, issuer: str, redirect_uri: str, client: StarletteOAuth2App) -> None:
        self.issuer = issuer
        self.redirect_uri = redirect_uri
        self.client = client

    async def start(self, request: Request, caller: TokenPayload | None = None) -> str:
        """Return where the browser goes; its cookie keeps what must come back, and for whom."""
        with explained(self.client, self.issuer):
            flow = await self.client.create_authorization_url(self.redirect_uri)
            flow["caller"] = [str(value) for value in caller or ()]
            await self.client.save_authorize_data(request, redirect_uri=self.redirect_uri, **flow)
        return str(flow["url"])

    async def finish(self, request: Request) -> tuple[UserInfo, TokenPayload | None]:
        """Return who comes back from the provider, and for whom."""
        state = request.query_params.get("state", "")
        flow = await self.client.framework.get_state_data(request.session, state)
        with explained(self.client, self.issuer):
            person = make_person(self.issuer, await self.ask(request))
        caller = [UUID(value) for value in flow["caller"]]
        return person, TokenPayload(*caller) if caller else None

    async def ask(self, request: Request) -> Mapping[str, object]:
        """Return the claims of the ID token, or of userinfo where the address is only there."""
        metadata = await self.client.load_server_metadata()
        metadata["id_token_signing_alg_values_supported"] = ALGORITHMS
        expected = {"iss": self.issuer, "aud": self.client.client_id}
        options = {name: {"essential": True, "value": value} for name, value in expected.items()}
        token = await self.client.authorize_access_token(request, claims_options=options)
        claims: Mapping[str, object] = token["userinfo"]
        if "email" in claims or "userinfo_endpoint" not in metadata:
            return claims
        more = await self.client.userinfo(token=token)
        return more if more["sub"] == claims["sub"] else claims


class GitHub(Provider):
    """GitHub, which speaks OAuth 2.0 alone, and says by its API who somebody is."""

    scope = "read:user user:email"

    async def ask(self, request: Request) -> Mapping[str, object]:
        """Return what the API says, in the words of OpenID Connect."""
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
