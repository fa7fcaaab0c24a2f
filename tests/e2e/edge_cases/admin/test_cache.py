# Needs app/admin app/api/cache.py app/models/item.py
from httpx2 import AsyncClient

from tests.factories.users import UserFactory


async def test_changes_in_the_admin_pages_invalidate_cached_responses(
    root: AsyncClient, users: UserFactory
) -> None:
    ada = await users.register()
    item = (await ada.post("/api/v1/items", json={"title": "old"})).json()
    path = f"/api/v1/items/{item['id']}"
    await ada.get(path)

    await root.post(f"/admin/item/edit/{item['id']}", data={"title": "new", "save": "Save"})
    assert (await ada.get(path)).json()["title"] == "new"

    await root.delete("/admin/item/delete", params={"pks": item["id"]})
    assert (await ada.get(path)).status_code == 404
