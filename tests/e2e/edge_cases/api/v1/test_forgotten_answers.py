# Needs app/api/cache.py app/models/user.py
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from fastapi import APIRouter, FastAPI
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.cache import forgets
from app.api.deps import CurrentUser
from app.core.cache import Cache
from app.dependencies import SessionDep


async def test_answers_are_forgotten_after_the_commit_though_the_tag_asks_who_calls(
    app: FastAPI, ada: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag, events = uuid4().hex, list[str]()

    def get_tag(_: CurrentUser) -> str:
        return tag

    def noted(
        name: str, original: Callable[..., Awaitable[None]]
    ) -> Callable[..., Awaitable[None]]:
        async def note(*arguments: object) -> None:
            events.append(name)
            await original(*arguments)

        return note

    routes = APIRouter(prefix="/things", dependencies=[forgets(get_tag)])

    @routes.put("")
    async def change(_: SessionDep) -> None: ...

    app.include_router(routes)
    monkeypatch.setattr(AsyncSession, "commit", noted("commit", AsyncSession.commit))
    monkeypatch.setattr(Cache, "forget", noted("forget", Cache.forget))

    assert (await ada.put("/things")).status_code == 200
    assert events == ["commit", "forget"]
