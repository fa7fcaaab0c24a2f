from httpx2 import AsyncClient

from app.models.entity import utc_now
from tests.api.v1.email.conftest import Inbox
from tests.api.v1.email.test_password_reset import NEW, confirm_reset, request_reset
from tests.factories.users import PASSWORD, UserFactory, get_user_id

CHANGE = {"current_password": PASSWORD, "new_password": NEW}


async def test_users_are_told_what_was_changed(
    users: UserFactory, ada: AsyncClient, admin: AsyncClient, client: AsyncClient, inbox: Inbox
) -> None:
    await users.update("ada@example.com", email_verified_at=utc_now())
    path = f"/api/v1/users/{await get_user_id(ada)}"

    await ada.put("/api/v1/users/me/password", json=CHANGE)
    await request_reset(client)
    await confirm_reset(client, inbox.tokens[-1])
    await admin.patch(path, json={"full_name": "Ada"})
    await admin.patch(path, json={"email": "countess@example.com"})

    notices = [mail for mail in inbox.mails if mail["Subject"] == "Your account was changed"]
    assert [mail.get_content().splitlines()[0] for mail in notices] == [
        "Your password was changed.",
        "Your password was reset.",
        "An administrator has changed your e-mail address.",
    ]
    assert {mail["To"] for mail in notices} == {"ada@example.com"}


async def test_unverified_addresses_get_no_notices(ada: AsyncClient, inbox: Inbox) -> None:
    sent = len(inbox.mails)

    assert (await ada.put("/api/v1/users/me/password", json=CHANGE)).status_code == 204

    assert len(inbox.mails) == sent
