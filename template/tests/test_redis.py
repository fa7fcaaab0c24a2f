from pydantic import SecretStr

from tests.redis import NO_REDIS
from tests.servers import Serve


async def test_health_includes_redis_if_configured(serve: Serve, redis_url: SecretStr) -> None:
    async with serve(redis_url=redis_url) as client:
        report = (await client.get("/health")).json()
    async with serve() as client:
        without = (await client.get("/health")).json()

    assert report["status"] == "ok"
    assert report["services"]["redis"] > 0
    assert list(without["services"]) == ["database"]


async def test_application_is_ready_but_degraded_while_redis_does_not_answer(serve: Serve) -> None:
    async with serve(redis_url=NO_REDIS) as client:
        assert (await client.get("/health/ready")).status_code == 204
        report = (await client.get("/health")).json()

    assert (report["status"], report["services"]["redis"]) == ("degraded", None)
