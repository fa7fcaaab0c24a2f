# Needs app/jobs app/crud/email_token.py
from httpx2 import AsyncClient

from tests.tasks import MAIL


async def test_tasks_do_not_send_mails_to_unverified_addresses(ada: AsyncClient) -> None:
    assert (await ada.post("/api/v1/tasks/email", json=MAIL)).status_code == 403
