"""JSON responses in an envelope: success, message, data, errors and meta."""

from collections.abc import Sequence
from http import client
from typing import Any, Literal

from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, TypeAdapter
from starlette.background import BackgroundTask
from starlette.routing import BaseRoute
from structlog.contextvars import get_contextvars

SCHEMAS = "#/components/schemas/"
CONTENT = TypeAdapter(dict[str, Any])  # writes JSON four times as fast as the standard library


class Meta(BaseModel):
    """Information about the request."""

    request_id: str


class EnvelopeError(BaseModel):
    """An error of the request, or of one of its values at the location `loc`."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    loc: list[str | int] | None = None


class Envelope(BaseModel):
    """The envelope of a successful response."""

    success: Literal[True]
    message: str
    data: Any
    errors: list[EnvelopeError]
    meta: Meta


class ErrorEnvelope(BaseModel):
    """The envelope of an error response."""

    success: Literal[False]
    message: str
    data: None
    errors: list[EnvelopeError]
    meta: Meta


class EnvelopeResponse(JSONResponse):
    """A JSON response in an envelope, with the reason phrase of its status as default message."""

    def __init__(
        self,
        content: object,
        status_code: int = 200,
        *,
        message: str = "",
        background: BackgroundTask | None = None,
    ) -> None:
        self.message = message or client.responses.get(status_code, "")
        super().__init__(content, status_code, background=background)

    def render(self, content: object) -> bytes:
        """Return the envelope around the content."""
        envelope = {
            "success": True,
            "message": self.message,
            "data": content,
            "errors": [],
            "meta": {"request_id": get_contextvars().get("request_id")},
        }
        return CONTENT.dump_json(envelope)


def create_error_envelope(problem: dict[str, Any]) -> dict[str, Any]:
    """Return the envelope of a problem, with one error for each invalid value."""
    error = {key: problem[key] for key in ("type", "title", "status", "detail", "instance")}
    invalid_values = [
        error | {"type": value["type"], "detail": value["msg"], "loc": value["loc"]}
        for value in problem.get("errors", [])
    ]
    return {
        "success": False,
        "message": problem["detail"],
        "data": None,
        "errors": invalid_values or [error],
        "meta": {"request_id": problem["request_id"]},
    }


def document_envelopes(openapi: dict[str, Any], routes: Sequence[BaseRoute]) -> None:
    """Describe successful responses as envelopes in an OpenAPI document."""
    schemas = openapi.setdefault("components", {}).setdefault("schemas", {})
    if Meta.__name__ in schemas:  # FastAPI returns the same document until a route is added
        return
    for route in iter_route_contexts(routes):
        if getattr(route, "response_class", None) is EnvelopeResponse:
            path = openapi["paths"].get(route.path_format, {})
            for method in route.methods or ():
                if operation := path.get(method.lower()):
                    schemas |= document_envelope(operation)


def document_envelope(operation: dict[str, Any]) -> dict[str, Any]:
    """Describe the successful responses of an operation as envelopes and return their schemas.

    Every envelope is a named schema, because code generators leave out types without a name.
    """
    schemas: dict[str, Any] = {}
    for status, response in operation["responses"].items():
        content = response.get("content", {}).get("application/json")
        if content and status.startswith("2"):
            data = content["schema"]
            default_name = operation["operationId"].title().replace("_", "")
            name = data.get("$ref", default_name).removeprefix(SCHEMAS) + "Envelope"
            schema = Envelope.model_json_schema(ref_template=SCHEMAS + "{model}")
            schemas |= schema.pop("$defs")
            properties = schema["properties"] | {"data": data}
            schemas[name] = schema | {"title": name, "properties": properties}
            content["schema"] = {"$ref": SCHEMAS + name}
    return schemas
