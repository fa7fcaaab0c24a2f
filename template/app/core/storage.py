"""Stored files, in a local folder or in a bucket of Amazon S3 or a compatible service."""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog
from anyio import CancelScope, fail_after
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store
from sqlalchemy.ext.asyncio import AsyncSession

from app.config import Settings
from app.core.repeated_errors import RepeatedErrors
from app.core.stored_files import FILE_CHANGES, StoredFile
from app.exceptions import ServiceUnavailable, StoredFileNotFound

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import S3Config

FOLDER = "files"  # of the files that rows have
TIMEOUT_SECONDS = 1.5  # of each operation, and longer for large files
MIN_BYTES_PER_SECOND = 1024 * 1024
MAX_LISTED_SECONDS = 60

log = structlog.get_logger(__name__)


def open_folder(url: str) -> LocalStore:
    """Return the store of a local folder, which only the user of this process may read."""
    folder = Path(url.removeprefix("file://"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(folder)


def open_bucket(settings: Settings) -> S3Store:
    """Return the store of a bucket, which connects at first use."""
    bucket, _, prefix = settings.storage_url.removeprefix("s3://").partition("/")
    config: S3Config = {"region": settings.aws_region}
    if settings.aws_endpoint_url_s3:
        config["endpoint"] = settings.aws_endpoint_url_s3
    if settings.aws_access_key_id:  # otherwise the role of the machine is used
        config["access_key_id"] = settings.aws_access_key_id
        config["secret_access_key"] = settings.aws_secret_access_key.get_secret_value()
    return S3Store(
        bucket,
        prefix=prefix.strip("/") or None,
        config=config,
        client_options={"allow_http": True, "connect_timeout": timedelta(seconds=1)},
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=1)},
    )


class Storage:
    """Stores files under random keys. The name that the client sends is never part of a key.

    Each file is read and written as a whole, so it has to fit into the memory of the server.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._repeated_errors = RepeatedErrors()

    @cached_property
    def _store(self) -> LocalStore | S3Store:
        """The folder or the bucket; it is opened when it is used first."""
        url = self._settings.storage_url
        return open_bucket(self._settings) if url.startswith("s3://") else open_folder(url)

    async def create(
        self, db: AsyncSession, content: bytes, *, name: str, content_type: str
    ) -> StoredFile:
        """Store a file. It is deleted if the transaction of this session is not committed.

        Raises:
            ServiceUnavailable: If the file cannot be stored.
        """
        key = f"{FOLDER}/{uuid4().hex}"
        db.info[FILE_CHANGES].add_stored(key)
        await self.put(key, content)
        return StoredFile(key, name, len(content), content_type)

    async def put(self, key: str, content: bytes) -> None:
        """Store a file under this key.

        Raises:
            ServiceUnavailable: If the file cannot be stored, for example because the disk is full.
        """
        with self._limit_seconds(len(content)):
            await self._store.put_async(key, content, use_multipart=False)

    async def read(self, key: str, only: tuple[int, int] | None = None) -> bytes:
        """Return the content of a file, or only its bytes from a start to an end.

        Raises:
            StoredFileNotFound: If the file does not exist.
            ServiceUnavailable: If the file cannot be read.
        """
        options: GetOptions = {"range": only} if only else {}
        with self._limit_seconds():
            try:
                result = await self._store.get_async(key, options=options)
            except FileNotFoundError as error:
                raise StoredFileNotFound from error
        with self._limit_seconds(result.meta["size"]):
            return bytes(await result.bytes_async())

    async def list_older(self, folder: str, before: datetime) -> list[str]:
        """Return the keys in a folder whose files were stored before this time.

        Raises:
            ServiceUnavailable: If the storage does not answer, or has very many files.
        """
        keys = []
        with self._limit_seconds(MAX_LISTED_SECONDS * MIN_BYTES_PER_SECOND):
            async for files in self._store.list(folder):
                keys += [file["path"] for file in files if file["last_modified"] < before]
        return keys

    async def delete(self, *keys: str) -> None:
        """Delete files. A file that cannot be deleted is logged and remains.

        The end of the request does not stop this, because the transaction has ended already.
        """
        with CancelScope(shield=True):
            for key in keys:
                try:
                    with self._limit_seconds(), suppress(FileNotFoundError):
                        await self._store.delete_async(key)
                except ServiceUnavailable:
                    log.warning("a stored file was not deleted", key=key)

    async def ping(self) -> None:
        """Check that the folder can be written, or that the bucket exists and the keys are right.

        Raises:
            Exception: If it cannot be used.
        """
        store = self._store
        await store.list_with_delimiter_async("ping")
        if isinstance(store, LocalStore) and not os.access(store.prefix or "", os.W_OK):
            raise PermissionError(f"{store.prefix} cannot be written")

    @contextmanager
    def _limit_seconds(self, size: int = 0) -> Generator[None]:
        """Limit how long an operation on so many bytes may take.

        Raises:
            ServiceUnavailable: If it takes longer, or fails.
        """
        try:
            with fail_after(TIMEOUT_SECONDS + size / MIN_BYTES_PER_SECOND):
                yield
        except (BaseError, OSError) as error:
            cause = str(error).partition("\n")[0] or "no answer in time"
            if self._repeated_errors.should_log(cause):
                log.error("the storage does not answer", cause=cause)
            raise ServiceUnavailable from error
