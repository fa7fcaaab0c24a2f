"""Time limits that follow from TASK_TIME_LIMIT_SECONDS, in seconds."""

from app.config import Settings

MAX_RETRY_DELAY = 60


def hard_time_limit(settings: Settings) -> int:
    """Return after how long a worker kills the process of a task that ignores its time limit."""
    return settings.task_time_limit_seconds + 30


def visibility_timeout(settings: Settings) -> int:
    """Return the seconds after which the message of a running task counts as lost.

    Redis then delivers a message again that no worker has acknowledged. The time is longer than a
    task can run and longer than the delay before a retry.
    """
    return hard_time_limit(settings) + MAX_RETRY_DELAY
