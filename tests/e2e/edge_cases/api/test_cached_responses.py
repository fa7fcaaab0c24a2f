# Needs app/api/cache.py
from time import monotonic
from uuid import uuid4

import pytest
from fastapi import APIRouter, FastAPI, Response
from httpx2 import AsyncClient
from pydantic import BaseModel, Field, SecretStr
from redis.asyncio import Redis

from app.api.cache import CacheDep
from app.core.cache import ResponseCache
from app.exceptions import ServiceUnavailable
from tests.api.test_cache import URL, Source, client, read, source
from tests.servers import Serve

__all__ = ["client", "source"]


async def test_response_of_another_model_is_computed_anew(
    app: FastAPI, client: AsyncClient, source: Source
) -> None:
    await read(client)
    app.router.routes.pop()
    router = APIRouter(prefix=URL)

    async def read_list() -> list[str]:
        return [source.value]

    @router.get("")
    async def read_values(cache: CacheDep) -> list[str]:
        return await cache.get_or_set(list[str], source.tag, read_list)

    app.include_router(router)

    assert (await client.get(URL)).json() == ["old"]


async def test_errors_and_cookies_are_not_cached(app: FastAPI, client: AsyncClient) -> None:
    router, tag, reads = APIRouter(prefix="/moody"), uuid4().hex, list[str]()

    @router.get("")
    async def read_mood(response: Response, cache: CacheDep) -> str:
        async def compute() -> str:
            response.set_cookie("name", "private")
            reads.append(tag)
            if len(reads) == 1:
                raise ServiceUnavailable
            return "calm"

        return await cache.get_or_set(str, tag, compute)

    app.include_router(router)
    failed, computed, cached = [await client.get("/moody") for _ in range(3)]

    assert (failed.status_code, computed.status_code, cached.status_code) == (503, 200, 200)
    assert ("Set-Cookie" in computed.headers, "Set-Cookie" in cached.headers) == (True, False)
    assert cached.headers["Cache-Control"] == "no-store"
    assert len(reads) == 2


@pytest.mark.parametrize(("later", "reads"), [(30, 1), (61, 2)])
async def test_response_expires_after_a_minute(
    serve: Serve, source: Source, monkeypatch: pytest.MonkeyPatch, later: int, reads: int
) -> None:
    async with serve() as client:
        await read(client)
        monkeypatch.setattr("app.core.cache.monotonic", lambda: monotonic() + later)
        await read(client)

    assert source.reads == reads


class Aliased(BaseModel):
    name: str = Field(validation_alias="title")


async def test_models_with_validation_aliases_are_cached(app: FastAPI, client: AsyncClient) -> None:
    router, tag = APIRouter(prefix="/aliased"), uuid4().hex

    async def compute() -> Aliased:
        return Aliased(title="Engine")

    @router.get("")
    async def read_aliased(cache: CacheDep) -> Aliased:
        return await cache.get_or_set(Aliased, tag, compute)

    app.include_router(router)

    assert [(await client.get("/aliased")).json() for _ in range(2)] == 2 * [{"name": "Engine"}]


async def test_applications_with_different_prefixes_do_not_share_values(
    redis_url: SecretStr,
) -> None:
    async with Redis.from_url(redis_url.get_secret_value()) as redis:
        for value in (b"one", b"two"):

            async def compute(value: bytes = value) -> bytes:
                return value

            cache = ResponseCache(redis, f"{redis_url}-{value.decode()}")
            await cache.invalidate("shared")
            assert await cache.get_or_set("shared", "key", 60, compute) == value
