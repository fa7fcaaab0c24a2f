from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from anyio import Event, create_task_group, fail_after, sleep
from pydantic import SecretStr

from app.config import Settings
from app.core.cache import Cache, SharedCache
from app.core.redis import create_redis
from tests.servers import NO_REDIS


@dataclass
class Answers:
    """Counts how often an answer is computed; all wait for the one that is `awaited`."""

    answer: bytes = b"42"
    awaited: int = 1
    computed: int = 0
    go: Event = field(default_factory=Event)

    async def compute(self) -> bytes:
        self.computed += 1
        if self.computed >= self.awaited:
            self.go.set()
        await self.go.wait()
        return self.answer


@pytest.fixture(params=["process", "redis"])
async def cache(
    request: pytest.FixtureRequest, settings: Settings, redis_url: SecretStr
) -> AsyncGenerator[Cache]:
    """Yield a cache in the process, and one in Redis."""
    redis = create_redis(settings.model_copy(update={"redis_url": redis_url}))
    assert redis is not None
    async with redis:
        yield SharedCache(redis) if request.param == "redis" else Cache()


async def test_who_waits_too_long_computes_too(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.cache.LONGEST_WAIT", 0.01)
    answers, key = Answers(awaited=2), uuid4().hex

    with fail_after(10):
        async with create_task_group() as tasks:
            for _ in range(2):
                tasks.start_soon(cache.remember, key, key, 60, answers.compute)

    assert answers.computed == 2


async def test_answer_expires(cache: Cache) -> None:
    answers, key = Answers(), uuid4().hex

    for _ in range(100):
        await cache.remember(key, key, 1, answers.compute)
        if answers.computed > 1:
            break
        await sleep(0.05)

    assert answers.computed == 2


async def test_large_answers_are_not_kept(cache: Cache) -> None:
    answers, key = Answers(b"x" * 200_000), uuid4().hex

    for _ in range(2):
        assert await cache.remember(key, key, 60, answers.compute) == answers.answer

    assert answers.computed == 2


async def test_process_keeps_the_latest_answers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.cache.MOST_ANSWERS", 3)
    cache, answers = Cache(), Answers()

    for key in ("1", "2", "2", "3", "4", "1"):
        await cache.remember("tag", key, 60, answers.compute)

    assert answers.computed == 5


async def test_everything_is_computed_while_redis_is_down(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    redis = create_redis(settings.model_copy(update={"redis_url": NO_REDIS}))
    assert redis is not None
    cache, answers = SharedCache(redis), Answers()

    for _ in range(2):
        assert await cache.remember("tag", "key", 60, answers.compute) == answers.answer
        await cache.forget("tag")

    assert answers.computed == 2
    assert caplog.text.count("nothing is cached") == 1
