# Needs app/crud/email_token.py
from asyncio import gather

from httpx2 import AsyncClient

from tests.api.v1.email.conftest import Inbox
from tests.api.v1.email.test_password_reset import ME, NEW, ask, reset
from tests.factories.users import PASSWORD


async def test_second_mail_voids_the_first(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox
) -> None:
    await gather(ask(client), ask(client))
    await ask(client)

    answers = [await reset(client, token) for token in inbox.tokens]

    assert [answer.status_code for answer in answers] == [400, 400, 400, 204]


async def test_changed_password_voids_the_token(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox
) -> None:
    await ask(client)

    change = {"current_password": PASSWORD, "new_password": NEW}
    assert (await ada.put(f"{ME}/password", json=change)).status_code == 204

    assert (await reset(client, inbox.tokens[-1])).status_code == 400
