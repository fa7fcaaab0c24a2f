"""A look into the envelopes, so that the tests may speak of what is in them."""

import json
from typing import Any

from httpx2 import ASGITransport, Request, Response

handle = ASGITransport.handle_async_request
BARE = (["auth", "token"], ["", "openapi.json"])


async def hand_over_content(transport: ASGITransport, request: Request) -> Response:
    """Return an answer without its envelope, which stays in the extensions of the response."""
    response = await handle(transport, request)
    media_type = response.headers.get("Content-Type")
    assert media_type != "application/problem+json", "an error outside of an envelope"
    empty = request.method == "HEAD" or response.status_code in {204, 205}
    bare = response.is_success and request.url.path.split("/")[-2:] in BARE
    if media_type != "application/json" or empty or bare:
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
        content = as_problem(envelope)
        response.headers["Content-Type"] = "application/problem+json"
    del response.headers["Content-Length"]
    return Response(
        response.status_code,
        headers=response.headers,
        content=json.dumps(content).encode(),
        extensions=response.extensions | {"envelope": envelope},
    )


def as_problem(envelope: dict[str, Any]) -> dict[str, Any]:
    """Return an error as the problem document that it is without the envelope."""
    first, *_ = errors = envelope["errors"]
    problem: dict[str, Any] = first | {"detail": envelope["message"]} | envelope["meta"]
    if "loc" in first:
        fields = [{"loc": e["loc"], "msg": e["detail"], "type": e["type"]} for e in errors]
        problem |= {"type": "about:blank", "errors": fields}
    return problem
