from asyncio import gather
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from asgi_lifespan import LifespanManager
from httpx2 import ASGITransport, AsyncClient, Response
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from app.config import Settings
from app.factory import create_app
from app.models.email_token import EmailToken
from tests.api.v1.email.inbox import AUTH, Inbox
from tests.factories import PASSWORD, People, id_of
from tests.smtp import CLOSED

ADA = {"email": "ada@example.com"}
EXPIRED = {"expires_at": datetime.now(UTC) - timedelta(seconds=1)}


async def confirm(client: AsyncClient, token: str) -> Response:
    return await client.post(f"{AUTH}/verify-email/confirm", json={"token": token})


async def is_verified(client: AsyncClient) -> bool:
    return bool((await client.get("/api/v1/users/me")).json()["email_verified"])


async def test_sign_up_mails_a_token_that_verifies_once(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox, settings: Settings, engine: AsyncEngine
) -> None:
    [token] = inbox.tokens
    async with engine.connect() as connection:
        stored = await connection.scalar(select(EmailToken.digest))
    before = await is_verified(ada)

    answers = [await confirm(client, token), await confirm(client, token)]

    assert inbox.recipients == ["ada@example.com"]
    assert f"{settings.frontend_url}/verify-email#token=" in inbox.mails[0].get_content()
    assert stored == sha256(token.encode()).hexdigest()
    assert [answer.status_code for answer in answers] == [204, 400]
    assert (before, await is_verified(ada)) == (False, True)


async def test_token_is_spent_once_however_often_it_comes_at_the_same_time(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox
) -> None:
    answers = await gather(*(confirm(client, inbox.tokens[0]) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [204, 400, 400, 400]


async def test_expired_void_foreign_and_unknown_tokens_get_the_same_answer(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox, engine: AsyncEngine
) -> None:
    await client.post(f"{AUTH}/password-reset", json=ADA)
    await client.post(f"{AUTH}/verify-email", json=ADA)
    void, foreign, expired = inbox.tokens
    async with engine.begin() as connection:
        of_expired = EmailToken.digest == sha256(expired.encode()).hexdigest()
        await connection.execute(update(EmailToken).where(of_expired).values(EXPIRED))

    answers = [await confirm(client, token) for token in (void, foreign, expired, "unknown")]

    assert {(answer.status_code, answer.json()["detail"]) for answer in answers} == {
        (400, "The link is invalid or has expired.")
    }
    assert not await is_verified(ada)


@pytest.mark.parametrize("path", ["verify-email", "password-reset"])
async def test_unknown_address_gets_the_same_answer_and_no_mail(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox, path: str
) -> None:
    known = await client.post(f"{AUTH}/{path}", json=ADA)
    unknown = await client.post(f"{AUTH}/{path}", json={"email": "eve@example.com"})

    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert unknown.status_code == 202
    assert inbox.recipients == 2 * ["ada@example.com"]


async def test_verified_address_gets_no_second_mail(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox
) -> None:
    await confirm(client, inbox.tokens[0])

    await client.post(f"{AUTH}/verify-email", json=ADA)

    assert len(inbox.mails) == 1


async def test_new_address_is_not_verified_and_the_old_token_void(
    ada: AsyncClient, admin: AsyncClient, client: AsyncClient, people: People, inbox: Inbox
) -> None:
    await people.change("ada@example.com", email_verified_at=datetime.now(UTC))
    user = f"/api/v1/users/{await id_of(ada)}"

    same = await admin.patch(user, json=ADA)
    other = await admin.patch(user, json={"email": "countess@example.com"})

    assert (same.json()["email_verified"], other.json()["email_verified"]) == (True, False)
    assert (await confirm(client, inbox.tokens[0])).status_code == 400


async def test_unverified_user_signs_in_only_after_verifying_where_that_is_required(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox, settings: Settings
) -> None:
    strict = create_app(settings.model_copy(update={"require_verified_email": True}))
    async with LifespanManager(strict) as running:
        transport = ASGITransport(running.app)
        async with AsyncClient(transport=transport, base_url="http://test") as guest:
            answers = []
            for password in ("wrong password", PASSWORD, PASSWORD):
                login = ADA | {"password": password}
                answers.append(await guest.post(f"{AUTH}/login", json=login))
                if len(answers) == 2:
                    await confirm(client, inbox.tokens[0])

    assert [answer.status_code for answer in answers] == [401, 403, 200]
    assert answers[1].json()["detail"] == "Verify your e-mail address first."


async def test_lost_mail_is_logged_without_its_token_and_sign_up_works(
    settings: Settings, engine: AsyncEngine
) -> None:
    async with LifespanManager(create_app(settings.model_copy(update=CLOSED))) as running:
        with capture_logs() as lines:
            await People(ASGITransport(running.app), engine).sign_up()

    [line] = [line for line in lines if line["event"] == "mail was not sent"]
    assert line["log_level"] == "error"
    assert "token=" not in str(lines)
