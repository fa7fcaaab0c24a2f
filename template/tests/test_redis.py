import pytest
from pydantic import SecretStr

from app.config import Settings
from app.core.redis import create_redis
from tests.redis import NO_REDIS
from tests.servers import Serve


async def test_health_includes_redis_where_it_is_set(serve: Serve, redis_url: SecretStr) -> None:
    async with serve(redis_url=redis_url) as client:
        report = (await client.get("/health")).json()
    async with serve() as client:
        without = (await client.get("/health")).json()

    assert report["status"] == "ok"
    assert report["services"]["redis"] > 0
    assert list(without["services"]) == ["database"]


async def test_application_is_not_ready_without_its_redis(serve: Serve) -> None:
    async with serve(redis_url=NO_REDIS) as client:
        assert (await client.get("/health/ready")).status_code == 503
        assert (await client.get("/health")).json()["services"]["redis"] is None


def test_production_warns_of_no_redis(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    create_redis(settings)
    assert "REDIS_URL" not in caplog.text

    create_redis(settings.model_copy(update={"environment": "production"}))

    assert "REDIS_URL is not set" in caplog.text
