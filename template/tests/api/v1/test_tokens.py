from typing import Any

import jwt
import pytest
from httpx2 import AsyncClient

from app.config import Settings
from tests.factories.users import is_logged_in

UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("change", "signature"),
    [
        ({"exp": 0}, None),
        ({"aud": "another"}, None),
        ({"iss": "another"}, None),
        ({"typ": "refresh"}, None),
        ({"sid": UNKNOWN_ID}, None),
        ({"sub": UNKNOWN_ID}, None),
        ({"sid": "not an id"}, None),
        ({"jti": None}, None),
        ({}, ("k" * 32, "HS256")),
        ({}, ("", "none")),
    ],
    ids=str,
)
async def test_token_with_wrong_claims_or_signature_is_rejected(
    ada: AsyncClient, settings: Settings, change: dict[str, Any], signature: tuple[str, str] | None
) -> None:
    secret = settings.secret_key.get_secret_value()
    key, algorithm = signature or (secret, "HS256")
    token = ada.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, secret, ["HS256"], audience=settings.jwt_issuer) | change
    claims = {name: value for name, value in claims.items() if value is not None}
    forged = jwt.encode(claims, key, algorithm)

    assert not await is_logged_in(ada, {"Authorization": f"Bearer {forged}"})
