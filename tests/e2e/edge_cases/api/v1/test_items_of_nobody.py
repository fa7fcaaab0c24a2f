# Needs app/models/item.py
from httpx2 import AsyncClient

from tests.api.v1.test_items import ITEMS, create
from tests.factories.users import UserFactory


async def test_items_go_with_their_owner(users: UserFactory, ada: AsyncClient) -> None:
    await create(ada)

    await ada.delete("/api/v1/users/me")

    again = await users.register()
    assert (await again.get(ITEMS)).json()["total"] == 0
