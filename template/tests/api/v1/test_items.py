from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.factories.users import UserFactory, get_user_id

NOBODY = "00000000-0000-4000-8000-000000000000"
ITEMS = "/api/v1/items"


async def create(client: AsyncClient, title: str = "Engine") -> dict[str, Any]:
    response = await client.post(ITEMS, json={"title": title, "description": "Weaves\npatterns."})
    assert response.status_code == 201, response.text
    item: dict[str, Any] = response.json()
    return item


async def test_item_is_created_read_changed_and_deleted(ada: AsyncClient) -> None:
    item = await create(ada)
    url = f"{ITEMS}/{item['id']}"

    assert item["owner_id"] == await get_user_id(ada)
    assert (await ada.get(url)).json() == item
    changed = (await ada.patch(url, json={"description": None})).json()
    assert (changed["title"], changed["description"]) == ("Engine", None)
    assert changed["updated_at"] > item["updated_at"]
    assert (await ada.delete(url)).status_code == 204
    assert (await ada.get(url)).status_code == 404


async def test_item_of_somebody_else_does_not_exist(users: UserFactory, ada: AsyncClient) -> None:
    eve = await users.register("eve@example.com")
    url = f"{ITEMS}/{(await create(ada))['id']}"

    for method, body in (("GET", None), ("PATCH", {"title": "Mine"}), ("DELETE", None)):
        assert (await eve.request(method, url, json=body)).status_code == 404
    assert (await eve.get(ITEMS)).json() == {"items": [], "total": 0, "next_cursor": None}
    assert (await ada.get(url)).json()["title"] == "Engine"


async def test_items_need_a_signed_in_user(client: AsyncClient) -> None:
    for path in (ITEMS, f"{ITEMS}/{NOBODY}"):
        assert (await client.get(path)).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"title": ""},
        {"title": "x" * 101},
        {"title": "two\nlines"},
        {"description": "null\x00byte"},
        {"owner_id": NOBODY},
    ],
    ids=str,
)
async def test_creation_and_change_refuse(ada: AsyncClient, body: dict[str, Any]) -> None:
    item = await create(ada)

    assert (await ada.post(ITEMS, json={"title": "fine"} | body)).status_code == 422
    assert (await ada.patch(f"{ITEMS}/{item['id']}", json=body)).status_code == 422


async def test_items_are_searched_sorted_and_paged(ada: AsyncClient) -> None:
    for title in ("Beta", "Alpha 100%", "Gamma"):
        await create(ada, title)

    first = (await ada.get(ITEMS, params={"limit": 2})).json()
    for query, titles in (
        ({"search": "0%"}, ["Alpha 100%"]),
        ({"sort": "-title", "skip": "2"}, ["Alpha 100%"]),
        ({"cursor": first["next_cursor"]}, ["Beta"]),
    ):
        page = (await ada.get(ITEMS, params=query)).json()
        assert [item["title"] for item in page["items"]] == titles
