"""The column type of durations."""

from sqlalchemy import DateTime, Interval
from sqlalchemy.dialects.mysql import DATETIME


class MicrosecondInterval(Interval):
    """A duration with microseconds, which MySQL stores as a moment after 1970."""

    impl = DateTime().with_variant(DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True
