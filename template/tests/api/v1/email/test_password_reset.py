from asyncio import gather

from httpx2 import AsyncClient, Response

from tests.api.v1.email.conftest import AUTH, Inbox
from tests.factories.users import auth_headers, is_logged_in, login

ADA = {"email": "ada@example.com"}
NEW = "another long password"
ME = "/api/v1/users/me"


async def request_reset(client: AsyncClient) -> None:
    await client.post(f"{AUTH}/password-reset", json=ADA)


async def confirm_reset(client: AsyncClient, token: str, password: str = NEW) -> Response:
    body = {"token": token, "new_password": password}
    return await client.post(f"{AUTH}/password-reset/confirm", json=body)


async def test_reset_sets_the_new_password_once_and_ends_all_sessions(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox
) -> None:
    await request_reset(client)

    weak = await confirm_reset(client, inbox.tokens[-1], "password")
    responses = await gather(*(confirm_reset(client, inbox.tokens[-1]) for _ in range(4)))

    assert weak.status_code == 422
    assert sorted(response.status_code for response in responses) == [204, 400, 400, 400]
    assert not await is_logged_in(ada)
    assert (await login(client)).status_code == 401
    me = await client.get(ME, headers=auth_headers(await login(client, password=NEW)))
    assert me.json()["email_verified"] is True


async def test_requests_do_not_invalidate_links_and_are_limited_per_recipient(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox
) -> None:
    sent = len(inbox.mails)
    for _ in range(5):
        await request_reset(client)

    assert len(inbox.mails) - sent == 3
    first, *others = inbox.tokens[sent:]
    assert (await confirm_reset(client, first)).status_code == 204
    assert [(await confirm_reset(client, token)).status_code for token in others] == [400, 400]
