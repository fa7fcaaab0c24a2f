"""Uploaded files, stored in one folder until their task ends."""

import os
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from app.config import Settings
from app.core.repeated_errors import RepeatedErrors
from app.exceptions import ContentTooLarge, ServiceUnavailable, UnsupportedMediaType

log = structlog.get_logger(__name__)
# The keyword argument of a task that names its file. The file is deleted when the task has ended.
UPLOAD = "upload"
NOT_TEXT = "The file is not UTF-8 text."
CONTROL_CHARACTERS = set(map(chr, range(32))) - set("\t\n\r\f")


class Uploads:
    """Stores files under random names. The name that the client sends is never used."""

    def __init__(self, settings: Settings) -> None:
        self.max_bytes = settings.max_upload_bytes
        self.folder = settings.upload_folder
        self._repeated_errors = RepeatedErrors()

    def check(self, content: bytes) -> None:
        """Check the size and the content of a file, not the type that the client sends.

        Raises:
            ContentTooLarge: If the file is too large.
            UnsupportedMediaType: If the file is not UTF-8 text.
        """
        if len(content) > self.max_bytes:
            raise ContentTooLarge(f"The file is larger than {self.max_bytes} bytes.")
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            raise UnsupportedMediaType(NOT_TEXT) from error
        if not CONTROL_CHARACTERS.isdisjoint(text):
            raise UnsupportedMediaType(NOT_TEXT)

    def store(self, name: str, content: bytes) -> None:
        """Store a file that only the user of this process may read.

        Raises:
            ServiceUnavailable: If the file cannot be stored, for example because the disk is full.
        """
        path = self.path_of(name)
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
                file.write(content)
        except OSError as error:
            with suppress(OSError):
                self.delete(name)
            if self._repeated_errors.is_new(str(error.strerror)):
                log.error("upload was not stored", cause=str(error.strerror))
            raise ServiceUnavailable from error

    def delete_unless_committed(self, name: str, db: AsyncSession) -> None:
        """Delete a file if the transaction of this session ends without a commit."""
        is_committed = False

        def keep(_: Session) -> None:
            nonlocal is_committed
            is_committed = True

        def delete(_: Session, transaction: SessionTransaction) -> None:
            if transaction.parent is None and not is_committed:
                self.delete(name)

        event.listen(db.sync_session, "after_commit", keep)
        event.listen(db.sync_session, "after_transaction_end", delete)

    def path_of(self, name: str) -> Path:
        """Return the path of a stored file."""
        return self.folder / name

    def delete(self, name: str) -> None:
        """Delete a stored file, if it exists."""
        self.path_of(name).unlink(missing_ok=True)

    def delete_orphans(self, names: Collection[str], before: datetime) -> None:
        """Delete uploads older than this time, except those with these names."""
        for path in self.folder.glob("[0-9a-f]" * 32):
            with suppress(FileNotFoundError):  # another process may delete it at the same time
                is_old = path.is_file() and path.stat().st_mtime < before.timestamp()
                if is_old and path.name not in names:
                    path.unlink()
