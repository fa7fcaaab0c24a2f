# Needs app/models/item.py
from collections.abc import Callable

import pytest
from httpx2 import AsyncClient

ITEMS = "/api/v1/items"


async def test_requests_run_no_dependency_in_a_thread(
    ada: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(function: Callable[..., object], *_: object, **__: object) -> None:
        pytest.fail(f"{function} runs in a thread")

    monkeypatch.setattr("fastapi.dependencies.utils.run_in_threadpool", fail)

    item = (await ada.post(ITEMS, json={"title": "Engine"})).json()
    for path in (ITEMS, f"{ITEMS}/{item['id']}", "/api/v1/users/me", "/health/ready"):
        assert (await ada.get(path)).status_code in {200, 204}
