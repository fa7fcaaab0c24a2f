"""The Redis client that the features of this application share."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from time import monotonic

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.config import Settings
from app.core.repeated_errors import RepeatedErrors

TIMEOUT_SECONDS = 0.8  # of connecting and of each command
POOL_TIMEOUT_SECONDS = 5  # of waiting for a free connection
RETRY_SECONDS = 3

log = structlog.get_logger(__name__)


def create_redis(settings: Settings) -> Redis | None:
    """Return a client that connects at first use, or None if no Redis server is configured."""
    url = settings.redis_url.get_secret_value()
    if not url:
        return None
    pool = BlockingConnectionPool.from_url(
        url,
        timeout=POOL_TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        socket_timeout=TIMEOUT_SECONDS,
        # The server may have closed an idle connection; after a timeout, a retry would only wait.
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )
    return Redis.from_pool(pool)


def is_pool_exhausted(error: Exception) -> bool:
    """Return whether no connection of the pool became free in time, although Redis may answer."""
    return isinstance(error, RedisConnectionError) and isinstance(error.__cause__, TimeoutError)


class RedisCircuit:
    """A circuit breaker: while Redis does not answer, requests do not wait for it.

    After a failed call, calls fail at once; every `RETRY_SECONDS`, one call tries again. Too many
    requests at the same time do not open the circuit.
    """

    def __init__(self, consequence: str) -> None:
        self._consequence = consequence
        self._repeated_errors = RepeatedErrors()
        self._retry_at: float | None = None  # None while Redis answers

    @asynccontextmanager
    async def call(self) -> AsyncGenerator[None]:
        """Run commands of Redis, unless Redis did not answer a moment ago.

        Raises:
            RedisError: If Redis does not answer, or did not answer a moment ago.
        """
        if self._retry_at is not None:
            if monotonic() < self._retry_at:
                raise RedisConnectionError("Redis did not answer a moment ago.")
            self._open()  # other requests do not wait for this call
        try:
            yield
        except (RedisConnectionError, RedisTimeoutError) as error:
            if not is_pool_exhausted(error):
                self._open()
            raise
        self._retry_at = None

    def _open(self) -> None:
        self._retry_at = monotonic() + RETRY_SECONDS

    def report(self, error: Exception) -> None:
        """Log an error and its consequence once, and again after a minute without errors."""
        event = "Redis does not answer"
        if is_pool_exhausted(error):
            event = "no connection to Redis is free"
        if self._repeated_errors.should_log(event):
            log.error(event, error=repr(error), consequence=self._consequence)
