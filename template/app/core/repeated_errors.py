"""Log an outage once, not once for each request that fails because of it."""

from time import monotonic

QUIET_SECONDS = 60


class RepeatedErrors:
    """Remembers the causes of errors that have occurred in the last minute."""

    def __init__(self) -> None:
        self._last_seen: dict[str, float] = {}

    def should_log(self, cause: str) -> bool:
        """Remember a cause; return whether it had not occurred in the minute before."""
        now = monotonic()
        recent = {c: seen for c, seen in self._last_seen.items() if seen > now - QUIET_SECONDS}
        self._last_seen = recent | {cause: now}
        return cause not in recent
