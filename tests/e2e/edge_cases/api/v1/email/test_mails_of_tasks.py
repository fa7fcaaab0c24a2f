# Needs app/jobs app/crud/email_token.py
from httpx2 import AsyncClient

from tests.tasks import MAIL


async def test_nobody_has_mails_sent_to_an_address_that_may_be_of_another(ada: AsyncClient) -> None:
    assert (await ada.post("/api/v1/tasks/email", json=MAIL)).status_code == 403
