"""Uploads that become stored files, and responses with the content of stored files."""

import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Annotated, Any
from urllib.parse import quote

from anyio import to_thread
from fastapi import Header, Response, UploadFile
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.storage import Storage
from app.core.stored_files import StoredFile
from app.exceptions import ContentTooLarge, StoredFileNotFound, UnsupportedMediaType

IMAGE_FORMATS = {  # no SVG: it may contain scripts
    "image/gif": "GIF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
}
SIGNATURES = {  # the first bytes of files, by how their types begin; Office documents are ZIP files
    "application/gzip": b"\x1f\x8b",
    "application/pdf": b"%PDF-",
    "application/vnd.oasis.opendocument.": b"PK",
    "application/vnd.openxmlformats-officedocument.": b"PK",
    "application/zip": b"PK",
}
CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9.+_-]{0,62}/[a-z0-9][a-z0-9.+_-]{0,126}")
MAX_IMAGE_PIXELS = 50_000_000
MAX_NAME_LENGTH = 200
PARTIAL = 206
FORM_BYTES = 4096  # of a multipart form around its file
RequestedRange = Annotated[str | None, Header(alias="Range")]
FILE_RESPONSE: dict[str, Any] = {"content": {"application/octet-stream": {}}}


@dataclass(frozen=True)
class FileRules:
    """The files that an endpoint accepts: the largest size in bytes, and the content types.

    Without content types, files of all types are accepted.
    """

    max_bytes: int
    content_types: frozenset[str] | None = frozenset(IMAGE_FORMATS)

    @property
    def max_body_size(self) -> int:
        """The `max_body_size` of the endpoint, which limits the request before it is read."""
        return self.max_bytes + FORM_BYTES


async def store_upload(
    storage: Storage, db: AsyncSession, upload: UploadFile, rules: FileRules
) -> StoredFile:
    """Store an uploaded file, which is deleted unless the session is committed.

    Raises:
        ContentTooLarge: If the file is too large.
        UnsupportedMediaType: If its type is not accepted, or its content has another type.
        ServiceUnavailable: If it cannot be stored.
    """
    content = await upload.read(rules.max_bytes + 1)
    if len(content) > rules.max_bytes:
        raise ContentTooLarge(f"The file is larger than {rules.max_bytes} bytes.")
    content_type = get_content_type(upload, rules)
    if not await to_thread.run_sync(has_type, content, content_type):
        raise UnsupportedMediaType(f"The file is not {content_type}.")
    name = clean_name(upload.filename or "")
    return await storage.create(db, content, name=name, content_type=content_type)


def get_content_type(upload: UploadFile, rules: FileRules) -> str:
    """Return the type that the client says, without parameters.

    Raises:
        UnsupportedMediaType: If it is not accepted.
    """
    content_type = (upload.content_type or "").partition(";")[0].strip().lower()
    if rules.content_types is None:
        return content_type if CONTENT_TYPE.fullmatch(content_type) else "application/octet-stream"
    if content_type not in rules.content_types:
        accepted = ", ".join(sorted(rules.content_types))
        raise UnsupportedMediaType(f"The type of the file is not one of {accepted}.")
    return content_type


def has_type(content: bytes, content_type: str) -> bool:
    """Return whether the content is what the client says, as far as the type can be checked.

    Images are read, texts are decoded, and a few other types have a signature.
    """
    if image_format := IMAGE_FORMATS.get(content_type):
        return is_image(content, image_format)
    if content_type.startswith("text/"):
        return is_text(content)
    signatures = [first for name, first in SIGNATURES.items() if content_type.startswith(name)]
    return all(content.startswith(first) for first in signatures)


def is_image(content: bytes, image_format: str) -> bool:
    """Return whether Pillow reads an image of this format that is not too large to decode."""
    try:
        with Image.open(BytesIO(content), formats=[image_format]) as image:
            width, height = image.size
            if width * height > MAX_IMAGE_PIXELS:
                return False
            image.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True


def is_text(content: bytes) -> bool:
    """Return whether a text is encoded as UTF-8 and has no null bytes."""
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False


def clean_name(name: str) -> str:
    """Return the last part of a file name, without control characters."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(filter(str.isprintable, last))[-MAX_NAME_LENGTH:] or "file"


async def file_response(
    storage: Storage, file: StoredFile | None, requested_range: str | None = None
) -> Response:
    """Return a stored file, or a range of it, as an attachment that browsers do not display.

    Raises:
        StoredFileNotFound: If there is no file.
        ServiceUnavailable: If it cannot be read.
    """
    if file is None:
        raise StoredFileNotFound
    start, end = parse_range(requested_range or "", file.size)
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    status = 200
    if (start, end) != (0, file.size):
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
        status = PARTIAL
    content = await storage.read(file.key, (start, end) if status == PARTIAL else None)
    return Response(content, status, headers, file.content_type)


def parse_range(value: str, size: int) -> tuple[int, int]:
    """Return the start and the end of one range of bytes; the whole file for any other header."""
    match = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", value.strip())
    if match is None or match.groups() == ("", ""):
        return 0, size
    first, last = match.groups()
    if not first:
        return max(size - int(last), 0), size
    start, end = int(first), min(int(last or size), size - 1) + 1
    return (start, end) if start < end else (0, size)
