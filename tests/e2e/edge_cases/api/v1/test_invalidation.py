# Needs app/api/cache.py app/models/user.py
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from fastapi import APIRouter, Depends, FastAPI
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.cache import CacheDep
from app.api.deps import CurrentUser
from app.core.cache import ResponseCache
from app.dependencies import SessionDep


async def test_responses_are_invalidated_after_the_commit_if_the_tag_needs_the_user(
    app: FastAPI, ada: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag, events = uuid4().hex, list[str]()

    def invalidate(_: CurrentUser, cache: CacheDep) -> None:
        cache.invalidate_after_commit(tag)

    def recorded(
        event: str, original: Callable[..., Awaitable[None]]
    ) -> Callable[..., Awaitable[None]]:
        async def record(*arguments: object) -> None:
            if event == "commit" or tag in arguments:
                events.append(event)
            await original(*arguments)

        return record

    router = APIRouter(prefix="/things", dependencies=[Depends(invalidate)])

    @router.put("")
    async def update_thing(_: SessionDep) -> None: ...

    app.include_router(router)
    monkeypatch.setattr(AsyncSession, "commit", recorded("commit", AsyncSession.commit))
    monkeypatch.setattr(
        ResponseCache, "invalidate", recorded("invalidate", ResponseCache.invalidate)
    )

    assert (await ada.put("/things")).status_code == 200
    assert events == ["commit", "invalidate"]
