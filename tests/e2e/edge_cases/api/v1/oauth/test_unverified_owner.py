# Needs app/core/oauth.py app/crud/email_token.py
"""Who signs up with the address of somebody else gets no way into that account."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.tokens import hash_token
from app.models.email_token import EmailToken
from app.models.identity import Identity
from app.models.user import User
from tests.api.v1.oauth.conftest import SignIn
from tests.api.v1.oauth.provider import ADA, ISSUER
from tests.factories.users import PASSWORD, UserFactory

LATER = datetime.now(UTC) + timedelta(hours=1)


@pytest.mark.parametrize("verified_at", [None, LATER])
@pytest.mark.parametrize("purpose", ["verify-email", "password-reset"])
async def test_what_was_linked_before_signs_nobody_in_once_the_owner_has_come(
    users: UserFactory,
    sign_in: SignIn,
    engine: AsyncEngine,
    purpose: str,
    verified_at: datetime | None,
) -> None:
    eve = await users.register()
    await users.update("ada@example.com", email_verified_at=verified_at)
    async with engine.begin() as connection:
        mine = {"user_id": await connection.scalar(select(User.id))}
        await connection.execute(insert(Identity).values(issuer=ISSUER, subject=ADA["sub"], **mine))
        token = {"digest": hash_token("mailed"), "purpose": purpose, "expires_at": LATER}
        await connection.execute(insert(EmailToken).values(**token, **mine))
    assert (await sign_in()).status_code == 200

    body = {"token": "mailed"} | ({"new_password": PASSWORD} if "reset" in purpose else {})
    await eve.post(f"/api/v1/auth/{purpose}/confirm", json=body)

    assert (await sign_in()).status_code == 409
