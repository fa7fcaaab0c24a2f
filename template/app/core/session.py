"""The database session of a request, which raises an error after the end of the request."""

from typing import Any

from sqlalchemy import Connection, Engine, event
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
    """A session that cannot be used after `info[ENDED]` is set."""

    def check(self) -> None:
        """Check that the request has not ended.

        Raises:
            SessionEnded: If it has.
        """
        if ENDED in self.info:
            raise SessionEnded

    @override
    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        """Return the engine; SQLAlchemy calls this before each use of the database."""
        self.check()
        return super().get_bind(*args, **kwargs)

    @override
    def flush(self, *args: Any, **kwargs: Any) -> None:
        """Write the changes to the database; changes of rows of an ended session are lost."""
        self.check()
        super().flush(*args, **kwargs)

    @override
    def commit(self) -> None:
        """Commit the transaction."""
        self.check()
        super().commit()


@event.listens_for(RequestSession, "before_attach")
def check_session(session: RequestSession, _: object) -> None:
    """Check the session before a row is added or deleted."""
    session.check()
