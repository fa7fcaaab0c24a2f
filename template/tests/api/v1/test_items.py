from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.factories.users import UserFactory, get_user_id

MISSING_ID = "00000000-0000-4000-8000-000000000000"
ITEMS = "/api/v1/items"


async def create_item(client: AsyncClient, title: str = "Engine") -> dict[str, Any]:
    response = await client.post(ITEMS, json={"title": title, "description": "Weaves\npatterns."})
    assert response.status_code == 201, response.text
    item: dict[str, Any] = response.json()
    assert response.headers["Location"] == f"{ITEMS}/{item['id']}"
    return item


async def test_item_is_created_read_updated_and_deleted(ada: AsyncClient) -> None:
    item = await create_item(ada)
    url = f"{ITEMS}/{item['id']}"

    assert item["owner_id"] == await get_user_id(ada)
    assert (await ada.get(url)).json() == item
    updated = (await ada.patch(url, json={"description": None})).json()
    assert (updated["title"], updated["description"]) == ("Engine", None)
    assert updated["updated_at"] > item["updated_at"]
    assert (await ada.delete(url)).status_code == 204
    response = await ada.get(url)
    assert response.status_code == 404
    assert "Item not found." in response.text


async def test_item_of_another_user_is_not_found(users: UserFactory, ada: AsyncClient) -> None:
    eve = await users.register("eve@example.com")
    url = f"{ITEMS}/{(await create_item(ada))['id']}"

    for method, body in (("GET", None), ("PATCH", {"title": "Mine"}), ("DELETE", None)):
        assert (await eve.request(method, url, json=body)).status_code == 404
    assert (await eve.get(ITEMS)).json() == {"items": [], "total": None, "next_cursor": None}
    assert (await ada.get(url)).json()["title"] == "Engine"


async def test_items_require_authentication(client: AsyncClient) -> None:
    for path in (ITEMS, f"{ITEMS}/{MISSING_ID}"):
        assert (await client.get(path)).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"title": ""},
        {"title": "x" * 101},
        {"title": "two\nlines"},
        {"description": "null\x00byte"},
        {"owner_id": MISSING_ID},
    ],
    ids=str,
)
async def test_invalid_item_is_rejected(ada: AsyncClient, body: dict[str, Any]) -> None:
    item = await create_item(ada)

    assert (await ada.post(ITEMS, json={"title": "fine"} | body)).status_code == 422
    assert (await ada.patch(f"{ITEMS}/{item['id']}", json=body)).status_code == 422


async def test_items_are_searched_sorted_and_paginated(ada: AsyncClient) -> None:
    for title in ("Beta", "Alpha 100%", "Gamma"):
        await create_item(ada, title)

    first = (await ada.get(ITEMS, params={"limit": 2})).json()
    for params, titles in (
        ({"search": "100 alpha"}, ["Alpha 100%"]),
        ({"sort": "-title", "skip": "2"}, ["Alpha 100%"]),
        ({"cursor": first["next_cursor"]}, ["Beta"]),
    ):
        page = (await ada.get(ITEMS, params=params)).json()
        assert [item["title"] for item in page["items"]] == titles
