# Needs app/crud/email_token.py
import pytest
from httpx2 import AsyncClient
from structlog.testing import capture_logs

from tests.api.v1.email.conftest import Inbox
from tests.api.v1.email.test_password_reset import confirm_reset, request_reset
from tests.factories.users import UserFactory
from tests.smtp import CLOSED


async def test_inactive_user_gets_no_mail_and_earlier_tokens_are_invalid(
    users: UserFactory, ada: AsyncClient, client: AsyncClient, inbox: Inbox
) -> None:
    await request_reset(client)
    await users.update("ada@example.com", is_active=False)

    await request_reset(client)

    assert len(inbox.mails) == 2
    assert (await confirm_reset(client, inbox.tokens[-1])).status_code == 400


@pytest.mark.parametrize("changes", [CLOSED])
async def test_failed_mail_is_logged_without_its_token_and_registration_succeeds(
    users: UserFactory,
) -> None:
    with capture_logs() as lines:
        await users.register()

    [line] = [line for line in lines if line["event"] == "sending an e-mail link failed"]
    assert line["log_level"] == "error"
    assert "token=" not in str(lines)
