"""Every JSON answer in one shape: success, message, data, errors and meta."""

from copy import deepcopy
from http import HTTPStatus
from typing import Any, Literal

from fastapi.responses import JSONResponse
from pydantic import BaseModel
from structlog.contextvars import get_contextvars
from typing_extensions import override

BARE = "/token"  # an OAuth2 client looks for its fields at the top (RFC 6749, section 5.1)
SCHEMAS = "#/components/schemas/"


class Meta(BaseModel):
    """What there is to know about an answer."""

    request_id: str


class Envelope(BaseModel):
    """What an answer looks like when all went well."""

    success: Literal[True]
    message: str
    data: Any
    errors: tuple[()]
    meta: Meta


class EnvelopeResponse(JSONResponse):
    """What an endpoint returned, in an envelope."""

    @override
    def __init__(
        self, content: object, status_code: int = 200, *, message: str = "", **options: Any
    ) -> None:
        self.message = message or HTTPStatus(status_code).phrase
        super().__init__(content, status_code, **options)

    @override
    def render(self, content: object) -> bytes:
        """Return the body."""
        meta = {"request_id": get_contextvars()["request_id"]}
        return super().render(
            {"success": True, "message": self.message, "data": content, "errors": [], "meta": meta}
        )


def document_envelopes(openapi: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of an OpenAPI document that shows the envelopes."""
    openapi = deepcopy(openapi)
    schema = Envelope.model_json_schema(ref_template=SCHEMAS + "{model}")
    schemas = openapi.setdefault("components", {}).setdefault("schemas", {})
    schemas |= schema.pop("$defs") | {"Envelope": schema}
    contents = [
        response.get("content", {}).get("application/json", {})
        for path, operations in openapi["paths"].items()
        if not path.endswith(BARE)
        for operation in operations.values()
        for response in operation["responses"].values()
    ]
    for content in filter(None, contents):
        if data := content["schema"]:  # none: whatever it is, it may be no envelope
            envelope = {"$ref": f"{SCHEMAS}Envelope"}
            content["schema"] = {"allOf": [envelope, {"properties": {"data": data}}]}
    return openapi
