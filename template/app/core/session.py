"""The database session of a request, which raises an error after the end of the request."""

from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session
from typing_extensions import override

ENDED = "ended"  # a key of `Session.info`


class SessionEnded(RuntimeError):
    """The session of a request was used after the end of the request."""

    def __init__(self) -> None:
        super().__init__(
            "The request of this database session has ended. Background tasks and streaming "
            "responses run later: pass `state: StateDep` and ids to them, and open a session there "
            "with `async with state.sessionmaker.begin() as db:`. See docs/database.md."
        )


class RequestSession(Session):
    """A session that runs no statements after `info[ENDED]` is set.

    With `close_resets_only=False`, SQLAlchemy rejects new rows and commits after `close`.
    """

    @override
    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        """Return the engine; SQLAlchemy calls this before each statement.

        Raises:
            SessionEnded: If the request has ended.
        """
        if ENDED in self.info:
            raise SessionEnded
        return super().get_bind(*args, **kwargs)

    @override
    def flush(self, *args: Any, **kwargs: Any) -> None:
        """Write the changes to the database.

        Raises:
            SessionEnded: If the request has ended; changes of its rows would be lost.
        """
        if ENDED in self.info:
            raise SessionEnded
        super().flush(*args, **kwargs)
