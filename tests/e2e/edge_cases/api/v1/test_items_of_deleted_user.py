# Needs app/models/item.py
from httpx2 import AsyncClient

from tests.api.v1.test_items import ITEMS, create_item
from tests.factories.users import UserFactory


async def test_items_of_a_deleted_user_are_deleted(users: UserFactory, ada: AsyncClient) -> None:
    await create_item(ada)

    await ada.delete("/api/v1/users/me")

    again = await users.register()
    assert (await again.get(ITEMS)).json()["items"] == []
