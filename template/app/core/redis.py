"""The Redis client that everything in this process shares."""

from time import monotonic

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from app.config import Settings

QUIET_SECONDS = 60

log = structlog.stdlib.get_logger(__name__)


def create_redis(settings: Settings) -> Redis | None:
    """Return a client, which connects at first use; none without `REDIS_URL`."""
    url = settings.redis_url.get_secret_value()
    if not url:
        if settings.environment == "production":
            log.warning("REDIS_URL is not set: server processes share nothing but the database")
        return None
    pool = BlockingConnectionPool.from_url(  # who finds no connection waits, as for a lock
        url,
        timeout=5,
        socket_connect_timeout=1,
        socket_timeout=1,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 1),  # a connection that waited may be dead; a second one is not
    )
    return Redis.from_pool(pool)


class Outage:
    """Says in the log that Redis does not answer, once a minute, and what that means."""

    def __init__(self, consequence: str) -> None:
        self.consequence = consequence
        self._quiet_until = 0.0

    def report(self, error: Exception) -> None:
        """Log an error, unless one was logged in the last minute."""
        if monotonic() >= self._quiet_until:
            self._quiet_until = monotonic() + QUIET_SECONDS
            log.error("Redis does not answer", error=repr(error), consequence=self.consequence)
