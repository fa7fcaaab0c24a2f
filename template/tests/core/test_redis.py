from contextlib import suppress
from time import perf_counter

import pytest
from pydantic import SecretStr
from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError
from structlog.testing import capture_logs

from app.config import Settings
from app.core.redis import TIMEOUT_SECONDS, RedisCircuit, create_redis
from tests.redis_server import NO_REDIS
from tests.servers import Serve


async def test_health_includes_redis_if_configured(serve: Serve, redis_url: SecretStr) -> None:
    async with serve(redis_url=redis_url) as client:
        report = (await client.get("/health")).json()
    async with serve() as client:
        without = (await client.get("/health")).json()

    assert report["status"] == "ok"
    assert report["services"]["redis"] > 0
    assert "redis" not in without["services"]


async def test_application_is_ready_but_degraded_while_redis_does_not_answer(serve: Serve) -> None:
    async with serve(redis_url=NO_REDIS) as client:
        assert (await client.get("/health/ready")).status_code == 204
        report = (await client.get("/health")).json()

    assert (report["status"], report["services"]["redis"]) == ("degraded", None)


async def measure(circuit: RedisCircuit, redis: Redis) -> float:
    """Return how many seconds a call takes, which may fail."""
    started_at = perf_counter()
    with suppress(RedisError):
        async with circuit.call():
            await redis.get("key")
    return perf_counter() - started_at


async def test_only_the_first_call_waits_for_a_redis_that_hangs(
    settings: Settings, hanging_redis_url: SecretStr
) -> None:
    circuit = RedisCircuit("nothing is stored")
    redis = create_redis(settings.model_copy(update={"redis_url": hanging_redis_url}))
    assert redis is not None

    async with redis:
        first = await measure(circuit, redis)
        others = [await measure(circuit, redis) for _ in range(10)]

    assert 0.3 < first < 2 * TIMEOUT_SECONDS
    assert sum(others) < 5 * TIMEOUT_SECONDS


async def test_calls_continue_when_redis_answers_again(
    settings: Settings, redis_url: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    circuit = RedisCircuit("nothing is stored")
    down = create_redis(settings.model_copy(update={"redis_url": NO_REDIS}))
    up = create_redis(settings.model_copy(update={"redis_url": redis_url}))
    assert down is not None
    assert up is not None

    async with down, up:
        monkeypatch.setattr("app.core.redis.RETRY_SECONDS", 0)
        await measure(circuit, down)
        monkeypatch.undo()
        for _ in range(2):
            async with circuit.call():
                assert await up.ping()


async def test_exhausted_pool_does_not_open_the_circuit(redis_url: SecretStr) -> None:
    circuit = RedisCircuit("nothing is stored")
    url = redis_url.get_secret_value()
    pool = BlockingConnectionPool.from_url(url, max_connections=1, timeout=0.01)

    async with Redis.from_pool(pool) as redis:
        async with redis.client():  # holds the only connection
            with pytest.raises(RedisError) as exhausted:
                async with circuit.call():
                    await redis.ping()
        async with circuit.call():
            assert await redis.ping()

    with capture_logs() as logs:
        circuit.report(exhausted.value)
    assert [line["event"] for line in logs] == ["no connection to Redis is free"]
