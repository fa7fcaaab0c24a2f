"""Access tokens (JWT, RFC 9068) and refresh tokens (opaque, stored as a digest)."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import NamedTuple
from uuid import UUID, uuid4

import jwt

from app.config import Settings
from app.exceptions import Unauthorized

ALGORITHM = "HS256"
TYPE = "at+jwt"
REQUIRED_CLAIMS = ["aud", "exp", "iat", "iss", "jti", "sid", "sub", "typ"]
MAX_LENGTH = 4096


class TokenPayload(NamedTuple):
    """Who calls, in which session."""

    user_id: UUID
    session_id: UUID


class AccessTokens:
    """Signs and reads access tokens."""

    def __init__(self, settings: Settings) -> None:
        self.lifetime = timedelta(minutes=settings.access_token_minutes)
        self._issuer = settings.jwt_issuer
        self._key = settings.secret_key.get_secret_value()

    def issue(self, claims: TokenPayload) -> str:
        """Return a signed token."""
        now = datetime.now(UTC)
        payload = {
            "iss": self._issuer,
            "aud": self._issuer,
            "sub": str(claims.user_id),
            "sid": str(claims.session_id),
            "jti": str(uuid4()),
            "iat": now,
            "exp": now + self.lifetime,
            "typ": TYPE,
        }
        return jwt.encode(payload, self._key, ALGORITHM, headers={"typ": TYPE})

    def read(self, token: str) -> TokenPayload:
        """Return what a token says.

        Raises:
            Unauthorized: It is not one of ours, or no longer valid.
        """
        try:
            payload = jwt.decode(
                token[:MAX_LENGTH],
                self._key,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._issuer,
                leeway=5,
                options={"require": REQUIRED_CLAIMS, "enforce_minimum_key_length": True},
            )
            claims = TokenPayload(UUID(payload["sub"]), UUID(payload["sid"]))
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthorized from error
        if payload["typ"] != TYPE:
            raise Unauthorized
        return claims


def create_refresh_token() -> str:
    """Return a token of 256 random bits."""
    return token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is stored of a refresh token, so that a stolen table opens nothing."""
    return sha256(token.encode()).hexdigest()
