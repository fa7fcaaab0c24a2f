"""Entity tags and conditional requests (RFC 9110, sections 8.8.3 and 13)."""

import re
from collections.abc import Sequence
from hashlib import sha256
from http import client
from typing import Annotated, Any

from fastapi import Header
from pydantic import BaseModel, WithJsonSchema

from app.exceptions import AppError

ENTITY_TAG = re.compile(r'(?:W/)?"[^"]*"')
WEAK = "W/"

# A list of tags may come in several headers of the same name.
TagList = Annotated[list[str], WithJsonSchema({"type": "string"})]
IfMatch = Annotated[
    TagList | None,
    Header(description="Make the change only if the row still has this `ETag`, or one of several."),
]
IfNoneMatch = Annotated[
    TagList | None,
    Header(description="Return 304 without a body if the row still has this `ETag`."),
]


class PreconditionFailed(AppError):
    """The row is not the one that the client has read: it was changed meanwhile."""

    status_code = 412
    detail = "This was changed meanwhile. Read it again."


def create_etag(schema: type[BaseModel], row: object) -> str:
    """Return the strong entity tag of a response: it changes with every value of the response.

    The version of the row alone is not enough, because a response also has values of other rows.
    """
    content = schema.model_validate(row).model_dump_json()
    return f'"{sha256(content.encode()).hexdigest()[:32]}"'


def check_if_match(if_match: Sequence[str] | None, etag: str) -> None:
    """Check that the `If-Match` header of a request, if there is one, names the entity tag.

    Raises:
        PreconditionFailed: If it does not. Weak tags never match.
    """
    if if_match is not None and not has_tag(if_match, etag):
        raise PreconditionFailed


def is_not_modified(if_none_match: Sequence[str] | None, etag: str) -> bool:
    """Return whether an `If-None-Match` header names the entity tag, as a weak or a strong one."""
    return if_none_match is not None and (
        has_tag(if_none_match, etag) or has_tag(if_none_match, WEAK + etag)
    )


def has_tag(headers: Sequence[str], etag: str) -> bool:
    """Return whether a header has the tag, or `*`, which stands for any tag."""
    return any(text.strip() == "*" or etag in ENTITY_TAG.findall(text) for text in headers)


def document_etag(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI documentation of successful responses with an `ETag`."""
    header = {"description": "The entity tag of the row.", "schema": {"type": "string"}}
    return {
        status: {"description": client.responses[status], "headers": {"ETag": header}}
        for status in statuses
    }
