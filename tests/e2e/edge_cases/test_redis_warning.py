# Needs app/core/redis.py
from structlog.testing import capture_logs

from app.config import Settings
from app.core.checks import check_start


async def test_production_warns_at_start_if_redis_is_not_configured(settings: Settings) -> None:
    with capture_logs() as logs:
        await check_start(settings)
    assert "REDIS_URL" not in str(logs)

    with capture_logs() as logs:
        await check_start(settings.model_copy(update={"environment": "production"}))

    assert "REDIS_URL is not set" in str(logs)
