from typing import Any

import jwt
import pytest
from httpx2 import AsyncClient

from app.config import Settings
from tests.factories.people import id_of

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "change",
    [
        {"exp": 0},
        {"aud": "another"},
        {"iss": "another"},
        {"typ": "refresh"},
        {"sid": NOBODY},
        {"sub": NOBODY},
        {"sid": "not an id"},
        {"jti": None},
    ],
    ids=str,
)
async def test_token_with_a_wrong_claim_opens_nothing(
    ada: AsyncClient, settings: Settings, change: dict[str, Any]
) -> None:
    key = settings.secret_key.get_secret_value()
    token = ada.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, key, ["HS256"], audience=settings.jwt_issuer) | change
    claims = {name: value for name, value in claims.items() if value is not None}
    headers = {"Authorization": f"Bearer {jwt.encode(claims, key, 'HS256')}"}

    assert (await ada.get("/api/v1/users/me", headers=headers)).status_code == 401


@pytest.mark.parametrize(("key", "algorithm"), [("k" * 32, "HS256"), ("", "none")])
async def test_token_with_another_signature_opens_nothing(
    ada: AsyncClient, key: str, algorithm: str
) -> None:
    token = ada.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    headers = {"Authorization": f"Bearer {jwt.encode(claims, key, algorithm)}"}

    assert (await ada.get("/api/v1/users/me", headers=headers)).status_code == 401


async def test_token_of_a_deleted_user_opens_nothing(ada: AsyncClient, admin: AsyncClient) -> None:
    user_id = await id_of(ada)

    assert (await admin.delete(f"/api/v1/users/{user_id}")).status_code == 204

    assert (await ada.get("/api/v1/users/me")).status_code == 401
