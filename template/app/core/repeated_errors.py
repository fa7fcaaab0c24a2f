"""Log an error once that many requests meet, as when a server is down."""

from time import monotonic

QUIET_SECONDS = 60


class RepeatedErrors:
    """Remembers the causes of the last minute."""

    def __init__(self) -> None:
        self._last_seen: dict[str, float] = {}

    def is_new(self, cause: str) -> bool:
        """Return whether nothing has failed for this cause in the last minute."""
        now = monotonic()
        recent = {c: seen for c, seen in self._last_seen.items() if seen > now - QUIET_SECONDS}
        self._last_seen = recent | {cause: now}
        return cause not in recent
