"""Checks and opens the envelopes of responses, so that tests compare their contents only."""

import json
from typing import Any

from httpx2 import ASGITransport, Request, Response

handle_async_request = ASGITransport.handle_async_request
PATHS_WITHOUT_ENVELOPE = (["auth", "token"], ["", "openapi.json"], ["svc", "openapi.json"])


async def open_envelope(transport: ASGITransport, request: Request) -> Response:
    """Return the response without its envelope, which is in the extensions of the response."""
    response = await handle_async_request(transport, request)
    media_type = response.headers.get("Content-Type")
    assert media_type != "application/problem+json", "an error without an envelope"
    has_no_body = request.method == "HEAD" or response.status_code in {204, 205}
    is_excluded = response.is_success and request.url.path.split("/")[-2:] in PATHS_WITHOUT_ENVELOPE
    if media_type != "application/json" or has_no_body or is_excluded:
        return response

    envelope = json.loads(await response.aread())
    assert set(envelope) == {"success", "message", "data", "errors", "meta"}, envelope
    assert envelope["success"] is response.is_success
    assert envelope["meta"]["request_id"] == response.headers["X-Request-ID"]
    if response.is_success:
        assert envelope["errors"] == []
        content = envelope["data"]
    else:
        assert envelope["data"] is None
        content = create_problem(envelope)
        response.headers["Content-Type"] = "application/problem+json"
    del response.headers["Content-Length"]
    return Response(
        response.status_code,
        headers=response.headers,
        content=json.dumps(content).encode(),
        extensions=response.extensions | {"envelope": envelope},
    )


def create_problem(envelope: dict[str, Any]) -> dict[str, Any]:
    """Return the problem details that the envelope of an error contains."""
    errors = envelope["errors"]
    problem: dict[str, Any] = errors[0] | {"detail": envelope["message"]} | envelope["meta"]
    if "loc" in errors[0]:
        fields = [{"loc": e["loc"], "msg": e["detail"], "type": e["type"]} for e in errors]
        problem |= {"type": "about:blank", "errors": fields}
    return problem
