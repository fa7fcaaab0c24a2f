"""Database URLs as other tools write them, translated for SQLAlchemy and aiosqlite."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.setting_types.base import lower_scheme, strip_quotes

SCHEMES = {"sqlite", "sqlite3"}
EXAMPLE = "sqlite:///./app.db, or sqlite:////data/app.db with an absolute path"


def parse_database_url(text: str) -> URL:
    """Return the URL for SQLAlchemy.

    Raises:
        ValueError: If the URL does not name the file of a SQLite database.
    """
    try:
        url = make_url(lower_scheme(strip_quotes(text.strip())))
    except (ArgumentError, ValueError):
        raise ValueError(f"must be a URL like {EXAMPLE}") from None
    if url.drivername.partition("+")[0] not in SCHEMES or url.host:
        raise ValueError(f"must be a URL like {EXAMPLE}")
    if not url.database or ":memory:" in url.database:
        raise ValueError(f"must name a file, because each connection has its own memory: {EXAMPLE}")
    return url.set(drivername="sqlite+aiosqlite")
