"""The column type of stored files, and which files a transaction leaves without a row."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import JSON, Dialect, event, inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction, UOWTransaction
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

FILE_CHANGES = "file_changes"  # a key of `Session.info`


@dataclass(frozen=True)
class StoredFile:
    """A stored file. Only `key` says where it is; `name` is what the client called it."""

    key: str
    name: str
    size: int
    content_type: str

    @override
    def __str__(self) -> str:
        """Return the name; the key stays private."""
        return self.name


class StoredFileType(TypeDecorator[StoredFile]):
    """A column with a stored file, as JSON."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: StoredFile | None, dialect: Dialect) -> Any:
        """Return the JSON object that the database stores."""
        return None if value is None else asdict(value)

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> StoredFile | None:
        """Return the file that the database has stored."""
        return None if value is None else StoredFile(**value)


def list_keys(row: object, *, is_deleted: bool) -> Iterator[str]:
    """Yield the keys of the files that a row no longer refers to after the next flush."""
    state = inspect(row)
    for name, column in state.mapper.columns.items():
        if isinstance(column.type, StoredFileType):
            history = state.attrs[name].history
            for file in history.sum() if is_deleted else history.deleted:
                if file is not None:
                    yield file.key


class FileChanges:
    """The files that a session stores, and those that its rows no longer refer to.

    After the commit of the session, files of deleted rows and replaced files are unused; without a
    commit, those that the session has stored. Statements such as `update()` and `delete()`, and
    rows that the database deletes itself, are not seen.
    """

    def __init__(self, db: AsyncSession) -> None:
        self._stored: set[str] = set()
        self._removed: set[str] = set()
        self._unused: set[str] = set()
        self._is_committing = False
        db.info[FILE_CHANGES] = self

    def add_stored(self, key: str) -> None:
        """Add a file that is unused unless the session is committed."""
        self._stored.add(key)

    def take_unused(self) -> set[str]:
        """Return the unused files, at the end of the session or of one of its transactions.

        If it is not known whether a commit has succeeded, no file is unused.
        """
        unused = self._unused if self._is_committing else self._unused | self._stored
        self._stored, self._removed, self._unused = set(), set(), set()
        return unused

    def collect_removed(self, session: Session) -> None:
        """Add the files of deleted rows, and those that changed rows had before."""
        for row in session.deleted:
            self._removed.update(list_keys(row, is_deleted=True))
        for row in session.dirty:
            self._removed.update(list_keys(row, is_deleted=False))

    def begin_commit(self) -> None:
        """Note that it is not known whether the files are used, until `commit`."""
        self._is_committing = True

    def commit(self) -> None:
        """Keep the stored files."""
        self._is_committing = False
        self._unused |= self._removed
        self._stored, self._removed = set(), set()

    def roll_back(self) -> None:
        """Keep the files of rows, which may have them again also after a savepoint."""
        self._removed.clear()


# Listeners of all sessions: adding them to each session would take 30 µs of each request.


@event.listens_for(Session, "after_flush")
def collect_removed(session: Session, _: UOWTransaction) -> None:
    """Collect the files that the flushed rows no longer refer to."""
    if changes := session.info.get(FILE_CHANGES):
        changes.collect_removed(session)


@event.listens_for(Session, "before_commit")
def begin_commit(session: Session) -> None:
    """Note the begin of a commit."""
    if (changes := session.info.get(FILE_CHANGES)) and not session.in_nested_transaction():
        changes.begin_commit()


@event.listens_for(Session, "after_commit")
def commit(session: Session) -> None:
    """Note the end of a commit."""
    if (changes := session.info.get(FILE_CHANGES)) and not session.in_nested_transaction():
        changes.commit()


@event.listens_for(Session, "after_soft_rollback")
def roll_back(session: Session, _: SessionTransaction) -> None:
    """Note a rollback."""
    if changes := session.info.get(FILE_CHANGES):
        changes.roll_back()
