from typing import Any

import jwt
import pytest
from httpx2 import AsyncClient

from app.config import Settings
from tests.factories.users import is_logged_in, token_headers

UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


async def is_accepted(
    client: AsyncClient,
    settings: Settings,
    changes: dict[str, Any],
    signature: dict[str, Any] | None = None,
) -> bool:
    """Return whether the API accepts the token of a client with changed claims or signature."""
    secret = settings.secret_key.get_secret_value()
    token = client.headers["Authorization"].partition(" ")[2]
    claims = jwt.decode(token, secret, ["HS256"], audience=settings.jwt_issuer) | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    options = {"key": secret, "algorithm": "HS256", "headers": {"typ": "at+jwt"}}
    forged = jwt.encode(claims, **(options | (signature or {})))
    return await is_logged_in(client, token_headers(forged))


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 0},
        {"aud": "another"},
        {"iss": "another"},
        {"sid": UNKNOWN_ID},
        {"sub": UNKNOWN_ID},
        {"sid": "not an id"},
        {"jti": None},
    ],
    ids=str,
)
async def test_token_with_wrong_claims_is_rejected(
    ada: AsyncClient, settings: Settings, changes: dict[str, Any]
) -> None:
    assert await is_accepted(ada, settings, {})
    assert not await is_accepted(ada, settings, changes)


@pytest.mark.parametrize(("key", "algorithm"), [("k" * 32, "HS256"), ("", "none")])
async def test_token_with_wrong_signature_is_rejected(
    ada: AsyncClient, settings: Settings, key: str, algorithm: str
) -> None:
    assert not await is_accepted(ada, settings, {}, {"key": key, "algorithm": algorithm})


async def test_token_of_another_type_is_rejected(ada: AsyncClient, settings: Settings) -> None:
    assert not await is_accepted(ada, settings, {}, {"headers": {"typ": "JWT"}})
