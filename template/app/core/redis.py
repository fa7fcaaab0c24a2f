"""The Redis client that the features of this application share."""

from time import monotonic

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from app.config import Settings

LOG_INTERVAL_SECONDS = 60

log = structlog.stdlib.get_logger(__name__)


def create_redis(settings: Settings) -> Redis | None:
    """Return a client that connects at first use, or None if `REDIS_URL` is not set."""
    url = settings.redis_url.get_secret_value()
    if not url:
        if settings.environment == "production":
            log.warning("REDIS_URL is not set: server processes share nothing but the database")
        return None
    pool = BlockingConnectionPool.from_url(
        url,
        timeout=5,
        socket_connect_timeout=1,
        socket_timeout=1,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 1),  # the server may have closed an idle connection
    )
    return Redis.from_pool(pool)


class RedisErrorLogger:
    """Logs the errors of Redis, at most once a minute, with their consequence."""

    def __init__(self, consequence: str) -> None:
        self._consequence = consequence
        self._next_log_at = 0.0

    def report(self, error: Exception) -> None:
        """Log an error unless one was logged in the last minute."""
        if monotonic() >= self._next_log_at:
            self._next_log_at = monotonic() + LOG_INTERVAL_SECONDS
            log.error("Redis does not answer", error=repr(error), consequence=self._consequence)
