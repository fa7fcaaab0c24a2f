from collections.abc import Generator

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from pydantic import SecretStr
from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.factory import create_app
from tests.factories import People

ITEMS = "/api/v1/items"


@pytest.fixture(params=["process", "redis"])
def app(
    request: pytest.FixtureRequest, settings: Settings, engine: AsyncEngine, redis_url: SecretStr
) -> FastAPI:
    """Return the application, with answers kept in the process or in Redis."""
    url = redis_url if request.param == "redis" else SecretStr("")
    return create_app(settings.model_copy(update={"redis_url": url}))


@pytest.fixture
def statements() -> Generator[list[str]]:
    """Yield the statements that the database sees."""
    seen: list[str] = []

    def see(_: object, __: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", see)
    yield seen
    event.remove(Engine, "before_cursor_execute", see)


async def create(client: AsyncClient, title: str) -> str:
    item_id: str = (await client.post(ITEMS, json={"title": title})).json()["id"]
    return item_id


async def titles(client: AsyncClient) -> list[str]:
    return [item["title"] for item in (await client.get(ITEMS)).json()["items"]]


async def test_second_reading_asks_the_database_only_who_calls(
    ada: AsyncClient, statements: list[str]
) -> None:
    url = f"{ITEMS}/{await create(ada, 'Engine')}"
    first = [(await ada.get(path)).json() for path in (ITEMS, url)]
    statements.clear()

    second = [(await ada.get(path)).json() for path in (ITEMS, url)]

    assert second == first
    assert len(statements) == 2
    assert not [statement for statement in statements if "items" in statement]


async def test_every_change_shows_at_once(ada: AsyncClient) -> None:
    assert await titles(ada) == []
    url = f"{ITEMS}/{await create(ada, 'Engine')}"
    assert await titles(ada) == ["Engine"]
    assert (await ada.get(url)).json()["title"] == "Engine"

    await ada.patch(url, json={"title": "Loom"})
    assert await titles(ada) == ["Loom"]
    assert (await ada.get(url)).json()["title"] == "Loom"

    await ada.delete(url)
    assert await titles(ada) == []
    assert (await ada.get(url)).status_code == 404


async def test_nobody_sees_what_was_cached_for_another(people: People, ada: AsyncClient) -> None:
    url = f"{ITEMS}/{await create(ada, 'Engine')}"
    eve = await people.sign_up("eve@example.com")
    assert await titles(ada) == ["Engine"]
    assert (await ada.get(url)).status_code == 200

    assert await titles(eve) == []
    assert (await eve.get(url)).status_code == 404


async def test_cached_answers_need_a_session_that_lives(ada: AsyncClient) -> None:
    assert await titles(ada) == []

    await ada.post("/api/v1/auth/logout")

    assert (await ada.get(ITEMS)).status_code == 401
