# Needs app/crud/email_token.py
import pytest
from httpx2 import AsyncClient
from structlog.testing import capture_logs

from tests.api.v1.email.conftest import Inbox
from tests.api.v1.email.test_password_reset import ask, reset
from tests.factories.users import UserFactory
from tests.smtp import CLOSED


async def test_closed_account_gets_no_mail_and_its_token_does_not_work(
    users: UserFactory, ada: AsyncClient, client: AsyncClient, inbox: Inbox
) -> None:
    await ask(client)
    await users.update("ada@example.com", is_active=False)

    await ask(client)

    assert len(inbox.mails) == 2
    assert (await reset(client, inbox.tokens[-1])).status_code == 400


@pytest.mark.parametrize("changes", [CLOSED])
async def test_lost_mail_is_logged_without_its_token_and_sign_up_works(users: UserFactory) -> None:
    with capture_logs() as lines:
        await users.register()

    [line] = [line for line in lines if line["event"] == "mail was not sent"]
    assert line["log_level"] == "error"
    assert "token=" not in str(lines)
