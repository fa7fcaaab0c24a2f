# Needs app/jobs/send_email.py
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from structlog.testing import capture_logs

from app.dependencies import AppState
from app.jobs.run import run_task
from app.models.user import User


@pytest.mark.skipif(hasattr(User, "email_verified"), reason="addresses are verified")
async def test_unverified_addresses_get_a_fixed_text(ada: AsyncClient, state: AppState) -> None:
    mail = {"subject": "Dear victim", "text": "Click here"}

    # BackgroundTasks run it with the response; a worker of Celery would run it later.
    with capture_logs() as logs:
        task = await ada.post("/api/v1/tasks/email", json=mail)
        await run_task(state, UUID(task.json()["id"]))

    assert "This e-mail was requested as a test." in str(logs)
    assert "Click here" not in str(logs)
    assert "Dear victim" not in str(logs)
