# Needs app/api/cache.py app/models/item.py
from httpx2 import AsyncClient

from tests.api.v1.test_items_cache import ITEMS, titles


async def test_cached_answers_need_a_session_that_lives(ada: AsyncClient) -> None:
    assert await titles(ada) == []

    await ada.post("/api/v1/auth/logout")

    assert (await ada.get(ITEMS)).status_code == 401
