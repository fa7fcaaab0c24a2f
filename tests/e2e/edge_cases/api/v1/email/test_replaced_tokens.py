# Needs app/crud/email_token.py
from asyncio import gather

from httpx2 import AsyncClient

from tests.api.v1.email.conftest import Inbox
from tests.api.v1.email.test_password_reset import ME, NEW, confirm_reset, request_reset
from tests.factories.users import PASSWORD


async def test_concurrent_requests_are_limited_per_recipient(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox
) -> None:
    sent = len(inbox.mails)

    await gather(*(request_reset(client) for _ in range(8)))

    assert len(inbox.mails) - sent == 3


async def test_password_change_invalidates_the_token(
    ada: AsyncClient, client: AsyncClient, inbox: Inbox
) -> None:
    await request_reset(client)

    change = {"current_password": PASSWORD, "new_password": NEW}
    assert (await ada.put(f"{ME}/password", json=change)).status_code == 204

    assert (await confirm_reset(client, inbox.tokens[-1])).status_code == 400
