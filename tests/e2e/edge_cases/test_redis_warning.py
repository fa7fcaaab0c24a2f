# Needs app/core/redis.py
import pytest

from app.config import Settings
from app.core.redis import create_redis


def test_production_warns_if_redis_is_not_configured(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    create_redis(settings)
    assert "REDIS_URL" not in caplog.text

    create_redis(settings.model_copy(update={"environment": "production"}))

    assert "REDIS_URL is not set" in caplog.text
