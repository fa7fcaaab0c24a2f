"""Uploaded files: checked, and kept below one folder until their task has ended."""

import os
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from app.config import Settings
from app.exceptions import ContentTooLarge, UnsupportedMediaType

CONTROL_CHARACTERS = set(map(chr, range(32))) - set("\t\n\r\f")


class Uploads:
    """Keeps files under random names; what the client calls them is never used."""

    def __init__(self, settings: Settings) -> None:
        self.largest = settings.max_upload_bytes
        self.folder = settings.upload_folder

    def check(self, content: bytes) -> None:
        """Look into a file, whatever the client says that it is.

        Raises:
            ContentTooLarge: It is too large.
            UnsupportedMediaType: It is not text in UTF-8.
        """
        if len(content) > self.largest:
            raise ContentTooLarge(f"A file has at most {self.largest} bytes.")
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            raise UnsupportedMediaType from error
        if not CONTROL_CHARACTERS.isdisjoint(text):
            raise UnsupportedMediaType

    def store(self, content: bytes) -> str:
        """Write a file that only this application reads; return its name."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = uuid4().hex
        path = self.folder / name
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
        return name

    def path_of(self, name: str) -> Path:
        """Return where a stored file is."""
        return self.folder / name

    def remove(self, name: str) -> None:
        """Remove a stored file, if it is there."""
        self.path_of(name).unlink(missing_ok=True)

    def remove_others(self, names: Collection[str], moment: datetime) -> None:
        """Remove what is none of these and older, as when its user was deleted."""
        for path in self.folder.glob("*"):
            with suppress(FileNotFoundError):  # a worker may be faster
                old = path.is_file() and path.stat().st_mtime < moment.timestamp()
                if old and path.name not in names:
                    path.unlink()
