# Needs app/api/cache.py
from time import monotonic
from uuid import uuid4

import pytest
from fastapi import APIRouter, FastAPI, Response
from httpx2 import AsyncClient
from pydantic import BaseModel, Field, SecretStr
from redis.asyncio import Redis

from app.api.cache import cached
from app.core.cache import Cache
from app.exceptions import ServiceUnavailable
from tests.api.test_cache import PROBE, Probe, client, probe, read
from tests.servers import Serve

__all__ = ["client", "probe"]


async def test_next_release_computes_anew(app: FastAPI, client: AsyncClient, probe: Probe) -> None:
    await read(client)
    app.router.routes.pop()
    routes = APIRouter(prefix=PROBE)

    @routes.get("")
    @cached(lambda: probe.tag, list[str])
    async def read_probes() -> list[str]:
        return [probe.value]

    app.include_router(routes)

    assert (await client.get(PROBE)).json() == ["old"]


async def test_errors_and_cookies_are_not_kept(app: FastAPI, client: AsyncClient) -> None:
    routes, tag, reads = APIRouter(prefix="/moody"), uuid4().hex, list[str]()

    @routes.get("")
    @cached(lambda: tag, str)
    async def read_mood(response: Response) -> str:
        response.set_cookie("mine", "alone")
        reads.append(tag)
        if len(reads) == 1:
            raise ServiceUnavailable
        return "calm"

    app.include_router(routes)
    failed, fresh, kept = [await client.get("/moody") for _ in range(3)]

    assert (failed.status_code, fresh.status_code, kept.status_code) == (503, 200, 200)
    assert ("Set-Cookie" in fresh.headers, "Set-Cookie" in kept.headers) == (True, False)
    assert kept.headers["Cache-Control"] == "no-store"
    assert len(reads) == 2


@pytest.mark.parametrize(("later", "reads"), [(30, 1), (61, 2)])
async def test_answer_is_kept_for_a_minute(
    serve: Serve, probe: Probe, monkeypatch: pytest.MonkeyPatch, later: int, reads: int
) -> None:
    async with serve() as client:
        await read(client)
        monkeypatch.setattr("app.core.cache.monotonic", lambda: monotonic() + later)
        await read(client)

    assert probe.reads == reads


class Aliased(BaseModel):
    name: str = Field(validation_alias="title")


async def test_answers_with_other_names_for_what_is_sent_are_kept(
    app: FastAPI, client: AsyncClient
) -> None:
    routes, tag = APIRouter(prefix="/aliased"), uuid4().hex

    @routes.get("")
    @cached(lambda: tag, Aliased)
    async def read_aliased() -> Aliased:
        return Aliased(title="Engine")

    app.include_router(routes)

    assert [(await client.get("/aliased")).json() for _ in range(2)] == 2 * [{"name": "Engine"}]


async def test_applications_with_other_prefixes_keep_their_own_answers(
    redis_url: SecretStr,
) -> None:
    async with Redis.from_url(redis_url.get_secret_value()) as redis:
        for text in (b"one", b"two"):

            async def compute(text: bytes = text) -> bytes:
                return text

            cache = Cache(redis, f"{redis_url}-{text.decode()}")
            await cache.forget("shared")
            assert await cache.remember("shared", "key", 60, compute) == text
