# Needs app/api/cache.py app/models/item.py
from httpx2 import AsyncClient

from tests.api.v1.test_items_cache import ITEMS, read_titles


async def test_cached_items_require_an_active_session(ada: AsyncClient) -> None:
    assert await read_titles(ada) == []

    await ada.post("/api/v1/auth/logout")

    assert (await ada.get(ITEMS)).status_code == 401
