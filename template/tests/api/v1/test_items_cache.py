from httpx2 import AsyncClient
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.models.item import Item
from tests.factories.users import UserFactory

ITEMS = "/api/v1/items"


async def create_item(client: AsyncClient) -> str:
    item_id: str = (await client.post(ITEMS, json={"title": "Engine"})).json()["id"]
    return f"{ITEMS}/{item_id}"


async def read_titles(client: AsyncClient) -> list[str]:
    return [item["title"] for item in (await client.get(ITEMS)).json()["items"]]


async def test_second_request_does_not_read_items_from_the_database(
    ada: AsyncClient, engine: AsyncEngine
) -> None:
    url = await create_item(ada)
    first = [(await ada.get(path)).json() for path in (ITEMS, url)]
    async with engine.begin() as connection:
        await connection.execute(update(Item).values(title="Loom"))

    assert [(await ada.get(path)).json() for path in (ITEMS, url)] == first


async def test_changes_are_visible_at_once(ada: AsyncClient) -> None:
    assert await read_titles(ada) == []
    url = await create_item(ada)
    assert await read_titles(ada) == ["Engine"]
    assert (await ada.get(url)).json()["title"] == "Engine"

    await ada.patch(url, json={"title": "Loom"})
    assert await read_titles(ada) == ["Loom"]
    assert (await ada.get(url)).json()["title"] == "Loom"

    await ada.delete(url)
    assert await read_titles(ada) == []
    assert (await ada.get(url)).status_code == 404


async def test_cached_items_are_private(users: UserFactory, ada: AsyncClient) -> None:
    url = await create_item(ada)
    eve = await users.register("eve@example.com")
    assert await read_titles(ada) == ["Engine"]
    assert (await ada.get(url)).status_code == 200

    assert await read_titles(eve) == []
    assert (await eve.get(url)).status_code == 404
