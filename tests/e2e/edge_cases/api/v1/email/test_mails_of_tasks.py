# Needs app/jobs app/crud/email_token.py
from httpx2 import AsyncClient

from tests.tasks import MAIL


async def test_task_sends_no_email_to_an_unverified_address(ada: AsyncClient) -> None:
    assert (await ada.post("/api/v1/tasks/email", json=MAIL)).status_code == 403
