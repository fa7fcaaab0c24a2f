from asyncio import gather
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.models.email_token import EmailToken
from tests.api.v1.email.conftest import AUTH, Inbox
from tests.factories.users import UserFactory, get_user_id, login, register
from tests.problems import error_detail

ADA = {"email": "ada@example.com"}


async def confirm(client: AsyncClient, token: str) -> Response:
    return await client.post(f"{AUTH}/verify-email/confirm", json={"token": token})


async def test_registration_sends_a_token_that_verifies_the_address_once(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox, settings: Settings, engine: AsyncEngine
) -> None:
    [token] = inbox.tokens
    async with engine.connect() as connection:
        stored = await connection.scalar(select(EmailToken.digest))
    before = (await ada.get("/api/v1/users/me")).json()

    responses = await gather(*(confirm(client, token) for _ in range(4)))

    after = (await ada.get("/api/v1/users/me")).json()
    await client.post(f"{AUTH}/verify-email", json=ADA)
    assert inbox.recipients == ["ada@example.com"]
    assert f"{settings.frontend_url}/verify-email#token=" in inbox.mails[0].get_content()
    assert stored == sha256(token.encode()).hexdigest()
    assert sorted(response.status_code for response in responses) == [204, 400, 400, 400]
    assert (before["email_verified"], after["email_verified"]) == (False, True)


async def test_invalid_tokens_get_the_same_response(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox, engine: AsyncEngine
) -> None:
    await client.post(f"{AUTH}/password-reset", json=ADA)
    expired, other_purpose = inbox.tokens
    expire = update(EmailToken).where(EmailToken.digest == sha256(expired.encode()).hexdigest())
    async with engine.begin() as connection:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await connection.execute(expire.values(expires_at=past))

    tokens = (other_purpose, expired, "unknown")
    responses = [await confirm(client, token) for token in tokens]

    assert {(response.status_code, error_detail(response)) for response in responses} == {
        (400, "The link is invalid or has expired.")
    }
    assert not (await ada.get("/api/v1/users/me")).json()["email_verified"]


@pytest.mark.parametrize("path", ["verify-email", "password-reset"])
async def test_unknown_address_gets_the_same_response_and_no_mail(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox, path: str
) -> None:
    known = await client.post(f"{AUTH}/{path}", json=ADA)

    for email in ("eve@example.com", "áda@example.com", "ada@exämple.com"):
        unknown = await client.post(f"{AUTH}/{path}", json={"email": email})
        assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert known.status_code == 202
    assert inbox.recipients == 2 * ["ada@example.com"]


async def test_changed_address_is_not_verified_and_earlier_tokens_are_invalid(
    ada: AsyncClient, admin: AsyncClient, client: AsyncClient, users: UserFactory, inbox: Inbox
) -> None:
    await users.update("ada@example.com", email_verified_at=datetime.now(UTC))
    user = f"/api/v1/users/{await get_user_id(ada)}"

    same = await admin.patch(user, json=ADA)
    other = await admin.patch(user, json={"email": "countess@example.com"})

    assert (same.json()["email_verified"], other.json()["email_verified"]) == (True, False)
    assert (await confirm(client, inbox.tokens[0])).status_code == 400


@pytest.mark.parametrize("changes", [{"require_verified_email": True}])
async def test_login_requires_a_verified_address_if_the_setting_is_on(
    client: AsyncClient, inbox: Inbox
) -> None:
    await register(client)

    wrong_password = await login(client, password="wrong password")
    unverified = await login(client)
    await confirm(client, inbox.tokens[0])
    verified = await login(client)

    assert [response.status_code for response in (wrong_password, unverified, verified)] == [
        401,
        403,
        200,
    ]
    assert error_detail(unverified) == "Verify your e-mail address first."
