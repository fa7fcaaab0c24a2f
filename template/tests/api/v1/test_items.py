from base64 import urlsafe_b64encode
from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.factories.people import People, id_of

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

    assert item["owner_id"] == await id_of(ada)
    assert (await ada.get(url)).json() == item
    changed = (await ada.patch(url, json={"description": None})).json()
    assert (changed["title"], changed["description"]) == ("Engine", None)
    assert changed["updated_at"] > item["updated_at"]
    assert (await ada.delete(url)).status_code == 204
    assert (await ada.get(url)).status_code == 404


async def test_item_of_somebody_else_does_not_exist(people: People, ada: AsyncClient) -> None:
    eve = await people.sign_up("eve@example.com")
    url = f"{ITEMS}/{(await create(ada))['id']}"

    assert (await eve.get(url)).status_code == 404
    assert (await eve.patch(url, json={"title": "Mine"})).status_code == 404
    assert (await eve.delete(url)).status_code == 404
    assert (await eve.get(ITEMS)).json() == {"items": [], "total": 0, "next_cursor": None}
    assert (await ada.get(url)).json()["title"] == "Engine"


async def test_items_need_a_signed_in_user(client: AsyncClient) -> None:
    assert (await client.get(ITEMS)).status_code == 401
    assert (await client.get(f"{ITEMS}/{NOBODY}")).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": ""},
        {"title": "x" * 101},
        {"title": "two\nlines"},
        {"title": "fine", "description": "null\x00byte"},
        {"title": "fine", "owner_id": NOBODY},
    ],
    ids=str,
)
async def test_creation_refuses(ada: AsyncClient, body: dict[str, Any]) -> None:
    assert (await ada.post(ITEMS, json=body)).status_code == 422


@pytest.mark.parametrize("body", [{}, {"title": None}, {"owner_id": NOBODY}], ids=str)
async def test_change_refuses(ada: AsyncClient, body: dict[str, Any]) -> None:
    item = await create(ada)

    assert (await ada.patch(f"{ITEMS}/{item['id']}", json=body)).status_code == 422


async def test_items_are_searched_and_sorted(ada: AsyncClient) -> None:
    for title in ("Beta", "alpha 100%", "Gamma"):
        await create(ada, title)

    found = (await ada.get(ITEMS, params={"search": "0%"})).json()
    by_title = (await ada.get(ITEMS, params={"sort": "-title", "skip": 1, "limit": 1})).json()

    assert [item["title"] for item in found["items"]] == ["alpha 100%"]
    assert (len(by_title["items"]), by_title["total"], by_title["next_cursor"]) == (1, 3, None)


@pytest.mark.parametrize("sort", ["created_at", "-created_at"])
async def test_cursor_visits_every_item_once(ada: AsyncClient, sort: str) -> None:
    made = [(await create(ada, f"Item {number}"))["id"] for number in range(5)]
    seen: list[str] = []
    query = {"sort": sort, "limit": "2"}

    for _ in range(9):
        page = (await ada.get(ITEMS, params=query)).json()
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
        await create(ada, "Too late")

    if sort == "created_at":
        assert seen[:5] == made
    else:
        assert seen == made[::-1]


AGES_AGO = urlsafe_b64encode(f"0001-01-01T00:00:00+14:00 {NOBODY}".encode()).decode()


@pytest.mark.parametrize(
    "query", [{"cursor": "forged"}, {"cursor": AGES_AGO}, {"unknown": "1"}, {"limit": "101"}]
)
async def test_list_refuses_what_it_cannot_do(ada: AsyncClient, query: dict[str, str]) -> None:
    assert (await ada.get(ITEMS, params=query)).status_code == 422


async def test_cursor_goes_with_the_order_of_creation_only(ada: AsyncClient) -> None:
    await create(ada)
    await create(ada)
    cursor = (await ada.get(ITEMS, params={"limit": 1})).json()["next_cursor"]

    response = await ada.get(ITEMS, params={"cursor": cursor, "sort": "title"})

    assert response.status_code == 422


async def test_items_go_with_their_owner(people: People, ada: AsyncClient) -> None:
    await create(ada)

    await ada.delete("/api/v1/users/me")

    again = await people.sign_up()
    assert (await again.get(ITEMS)).json()["total"] == 0
