"""Caching of responses, and invalidation after a commit."""

import json
from collections.abc import Awaitable, Callable, Hashable
from functools import cache
from hashlib import sha256
from typing import Annotated, Any, TypeVar, cast

from fastapi import Depends, Request
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.cache import INVALIDATED_TAGS
from app.dependencies import AppState, SessionDep, StateDep

T = TypeVar("T")


@cache
def get_adapter(model: type[object]) -> tuple[TypeAdapter[Any], str]:
    """Return what validates a model, and its JSON schema.

    The schema is part of the key, so a new release uses new keys.
    """
    adapter = TypeAdapter(model)
    return adapter, json.dumps(adapter.json_schema(mode="serialization"))


class RequestCache:
    """The response cache, for the URL and the database session of one request."""

    def __init__(self, request: Request, state: AppState, db: AsyncSession) -> None:
        self._request = request
        self._state = state
        self._db = db

    async def get_or_set(
        self,
        model: type[T],
        tag: str,
        compute: Callable[[], Awaitable[object]],
        ttl: int | None = None,
    ) -> T:
        """Return the cached response to this URL, or compute it and cache it.

        If the response depends on the user, the tag must contain the id of the user. Errors,
        headers and cookies are not cached.
        """
        adapter, schema = get_adapter(cast("Hashable", model))

        async def compute_json() -> bytes:
            response = adapter.validate_python(await compute(), from_attributes=True)
            return adapter.dump_json(response, round_trip=True)

        # The next transaction sees every change that was committed before the cache is read.
        await self._db.reset()
        url = self._request.url
        parts = (schema, url.path, url.query)
        key = sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()
        ttl = ttl or self._state.settings.cache_seconds
        response = await self._state.cache.get_or_set(tag, key, ttl, compute_json)
        return cast("T", adapter.validate_json(response, by_alias=False, by_name=True))

    def invalidate_after_commit(self, tag: str) -> None:
        """Invalidate the responses with a tag after the commit, before the response is sent."""
        self._db.info.setdefault(INVALIDATED_TAGS, set()).add(tag)


async def get_cache(request: Request, state: StateDep, db: SessionDep) -> RequestCache:
    """Return the response cache of a request."""
    return RequestCache(request, state, db)


CacheDep = Annotated[RequestCache, Depends(get_cache)]
