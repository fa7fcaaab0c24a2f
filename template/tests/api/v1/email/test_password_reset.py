from asyncio import gather

from httpx2 import AsyncClient, Response

from tests.api.v1.email.conftest import AUTH, Inbox
from tests.factories.users import auth_headers, is_logged_in, login

ADA = {"email": "ada@example.com"}
NEW = "another long password"
ME = "/api/v1/users/me"


async def ask(client: AsyncClient) -> None:
    await client.post(f"{AUTH}/password-reset", json=ADA)


async def reset(client: AsyncClient, token: str, password: str = NEW) -> Response:
    body = {"token": token, "new_password": password}
    return await client.post(f"{AUTH}/password-reset/confirm", json=body)


async def test_reset_lets_the_new_password_in_once_and_ends_every_session(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox
) -> None:
    await ask(client)

    weak = await reset(client, inbox.tokens[-1], "password")
    answers = await gather(*(reset(client, inbox.tokens[-1]) for _ in range(4)))

    assert weak.status_code == 422
    assert sorted(answer.status_code for answer in answers) == [204, 400, 400, 400]
    assert not await is_logged_in(ada)
    assert (await login(client)).status_code == 401
    me = await client.get(ME, headers=auth_headers(await login(client, password=NEW)))
    assert me.json()["email_verified"] is True
