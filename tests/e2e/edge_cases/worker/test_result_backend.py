# Needs app/core/broker.py
from time import monotonic
from uuid import uuid4

import pytest

from app.config import Settings
from app.core.broker import Broker


async def test_sending_a_task_uses_no_result_backend(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CELERY_RESULT_BACKEND", "redis://127.0.0.1:1/0")
    broker = Broker(settings)

    started = monotonic()

    assert await broker.send("send_email", uuid4())
    assert monotonic() - started < 5
    broker.close()
