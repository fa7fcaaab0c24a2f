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
from tests.factories.users import PASSWORD, UserFactory, get_user_id, login

ADA = {"email": "ada@example.com"}


async def confirm(client: AsyncClient, token: str) -> Response:
    return await client.post(f"{AUTH}/verify-email/confirm", json={"token": token})


async def test_sign_up_mails_a_token_that_verifies_once_and_then_no_other(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox, settings: Settings, engine: AsyncEngine
) -> None:
    [token] = inbox.tokens
    async with engine.connect() as connection:
        stored = await connection.scalar(select(EmailToken.digest))
    before = (await ada.get("/api/v1/users/me")).json()

    answers = await gather(*(confirm(client, token) for _ in range(4)))

    after = (await ada.get("/api/v1/users/me")).json()
    await client.post(f"{AUTH}/verify-email", json=ADA)
    assert inbox.recipients == ["ada@example.com"]
    assert f"{settings.frontend_url}/verify-email#token=" in inbox.mails[0].get_content()
    assert stored == sha256(token.encode()).hexdigest()
    assert sorted(answer.status_code for answer in answers) == [204, 400, 400, 400]
    assert (before["email_verified"], after["email_verified"]) == (False, True)


async def test_expired_void_foreign_and_unknown_tokens_get_the_same_answer(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox, engine: AsyncEngine
) -> None:
    await client.post(f"{AUTH}/password-reset", json=ADA)
    await client.post(f"{AUTH}/verify-email", json=ADA)
    void, foreign, expired = inbox.tokens
    expire = update(EmailToken).where(EmailToken.digest == sha256(expired.encode()).hexdigest())
    async with engine.begin() as connection:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await connection.execute(expire.values(expires_at=past))

    answers = [await confirm(client, token) for token in (void, foreign, expired, "unknown")]

    assert {(answer.status_code, answer.json()["detail"]) for answer in answers} == {
        (400, "The link is invalid or has expired.")
    }
    assert not (await ada.get("/api/v1/users/me")).json()["email_verified"]


@pytest.mark.parametrize("path", ["verify-email", "password-reset"])
async def test_unknown_address_gets_the_same_answer_and_no_mail(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox, path: str
) -> None:
    known = await client.post(f"{AUTH}/{path}", json=ADA)

    for email in ("eve@example.com", "áda@example.com", "ada@exämple.com"):
        unknown = await client.post(f"{AUTH}/{path}", json={"email": email})
        assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert known.status_code == 202
    assert inbox.recipients == 2 * ["ada@example.com"]


async def test_new_address_is_not_verified_and_the_old_token_void(
    ada: AsyncClient, admin: AsyncClient, client: AsyncClient, users: UserFactory, inbox: Inbox
) -> None:
    await users.update("ada@example.com", email_verified_at=datetime.now(UTC))
    user = f"/api/v1/users/{await get_user_id(ada)}"

    same = await admin.patch(user, json=ADA)
    other = await admin.patch(user, json={"email": "countess@example.com"})

    assert (same.json()["email_verified"], other.json()["email_verified"]) == (True, False)
    assert (await confirm(client, inbox.tokens[0])).status_code == 400


@pytest.mark.parametrize("changes", [{"require_verified_email": True}])
async def test_unverified_user_signs_in_only_after_verifying_where_that_is_required(
    client: AsyncClient, inbox: Inbox
) -> None:
    await client.post("/api/v1/users", json=ADA | {"password": PASSWORD})

    wrong = await login(client, password="wrong password")
    early = await login(client)
    await confirm(client, inbox.tokens[0])
    late = await login(client)

    assert [answer.status_code for answer in (wrong, early, late)] == [401, 403, 200]
    assert early.json()["detail"] == "Verify your e-mail address first."
