"""Limits on requests that are checked before anything parses them."""

import json
import re

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_TARGET_BYTES = 8 * 1024  # the path and the query string
MAX_HEADER_BYTES = 32 * 1024  # all headers together
MAX_NESTING = 32
SMALL_BODY_BYTES = 16 * 1024
"""The `max_body_size` of routers whose request bodies have only a few short fields."""

# Skips strings and scalars, then matches one structural character or the end.
STRUCTURE = re.compile(r"""(?:[^"\[\]{},]++|"(?:[^"\\]++|\\.)*+"?)*+([\[\]{},]|\Z)""", re.DOTALL)


class RequestLimitsMiddleware:
    """Rejects requests with headers or bodies that would be expensive to parse or to validate."""

    def __init__(self, app: ASGIApp, max_body_fields: int) -> None:
        self.app = app
        self.max_body_fields = max_body_fields

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the headers, and the body when the application reads it."""
        if scope["type"] in {"http", "websocket"}:
            check_target(scope)
            check_headers(scope)
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        content_type = Headers(scope=scope).get("Content-Type", "").lower()
        is_json = "json" in content_type
        if not is_json and "x-www-form-urlencoded" not in content_type:
            await self.app(scope, receive, send)
            return

        async def receive_checked_body() -> Message:
            message = await receive_body(receive)
            if message["type"] == "http.request":
                check_body = check_json if is_json else check_form
                check_body(message["body"], self.max_body_fields)
            return message

        await self.app(scope, receive_checked_body, send)


def check_target(scope: Scope) -> None:
    """Check the length of the path and the query string.

    Raises:
        HTTPException: If they are too long.
    """
    if len(scope["path"]) + len(scope["query_string"]) > MAX_TARGET_BYTES:
        scope["path"] = scope["path"][:100]  # the response and the log repeat it
        raise HTTPException(414, "The URL is too long.")


def check_headers(scope: Scope) -> None:
    """Check the length of all headers together.

    Raises:
        HTTPException: If they are too long.
    """
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
        raise HTTPException(431, "The headers are too long.")


async def receive_body(receive: Receive) -> Message:
    """Return the whole body as one message, or the message that the client has disconnected."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return message
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return {"type": "http.request", "body": bytes(body), "more_body": False}


def check_form(body: bytes, max_fields: int) -> None:
    """Check the number of fields in an URL-encoded form.

    Raises:
        HTTPException: If there are too many fields.
    """
    if body.count(b"&") >= max_fields:
        raise HTTPException(413, f"The form has more than {max_fields} fields.")


def check_json(body: bytes, max_fields: int) -> None:
    """Check how many objects, arrays, members and elements a JSON document has, and how deep it is.

    The document may be invalid; then the parser rejects it later.

    Raises:
        HTTPException: If it has too many of them, or is nested too deeply.
    """
    text = body.decode(json.detect_encoding(body), "replace")  # as `json.loads` decodes it
    depth = fields = 0
    for match in STRUCTURE.finditer(text):
        if match[1] in {"]", "}"}:
            depth -= 1
        elif match[1]:
            fields += 1
            depth += match[1] != ","
        if depth < 0:
            return  # invalid
        if depth > MAX_NESTING or fields > max_fields:
            raise HTTPException(
                413, f"The JSON has more than {max_fields} fields or {MAX_NESTING} levels."
            )
