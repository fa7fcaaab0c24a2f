"""Time limits that follow from TASK_TIME_LIMIT_SECONDS, in seconds."""

from app.config import Settings

MAX_RETRY_DELAY = 60


def hard_time_limit(settings: Settings) -> int:
    """Return after how long the process of a task that ignores its time limit is killed."""
    return settings.task_time_limit_seconds + 30


def visibility_timeout(settings: Settings) -> int:
    """Return after how long the message of a task counts as lost.

    No task can run for that long, and no retry waits for that long.
    """
    return hard_time_limit(settings) + MAX_RETRY_DELAY
