"""Access tokens (JWT) and refresh tokens (random, stored as a hash)."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import NamedTuple
from uuid import UUID, uuid4

import jwt

from app.config import Settings
from app.exceptions import InvalidAuthToken

ALGORITHM = "HS256"
JWT_TYPE = "at+jwt"  # RFC 9068: a token of another type is no access token
REQUIRED_CLAIMS = ["aud", "exp", "iat", "iss", "jti", "sid", "sub"]
MAX_LENGTH = 4096


class TokenPayload(NamedTuple):
    """The user and the session that an access token belongs to."""

    user_id: UUID
    session_id: UUID


def create_access_token(settings: Settings, payload: TokenPayload) -> str:
    """Return a signed access token."""
    now = datetime.now(UTC)
    claims = {
        "iss": settings.jwt_issuer,
        "aud": settings.jwt_issuer,
        "sub": str(payload.user_id),
        "sid": str(payload.session_id),
        "jti": str(uuid4()),
        "iat": now,
        "exp": now + timedelta(minutes=settings.access_token_minutes),
    }
    key = settings.secret_key.get_secret_value()
    return jwt.encode(claims, key, ALGORITHM, headers={"typ": JWT_TYPE})


def decode_access_token(settings: Settings, token: str) -> TokenPayload:
    """Return the payload of an access token.

    Raises:
        InvalidAuthToken: If the token is malformed, has a wrong signature or type, or has expired.
    """
    if len(token) > MAX_LENGTH:
        raise InvalidAuthToken
    try:
        decoded = jwt.decode_complete(
            token,
            settings.secret_key.get_secret_value(),
            algorithms=[ALGORITHM],
            issuer=settings.jwt_issuer,
            audience=settings.jwt_issuer,
            leeway=5,
            options={"require": REQUIRED_CLAIMS, "enforce_minimum_key_length": True},
        )
        claims = decoded["payload"]
        payload = TokenPayload(UUID(claims["sub"]), UUID(claims["sid"]))
    except (jwt.InvalidTokenError, ValueError) as error:
        raise InvalidAuthToken from error
    if decoded["header"].get("typ") != JWT_TYPE:
        raise InvalidAuthToken
    return payload


def create_refresh_token() -> str:
    """Return a random token of 256 bits."""
    return token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return the hash that the database stores, so that a leaked table contains no tokens."""
    return sha256(token.encode()).hexdigest()
