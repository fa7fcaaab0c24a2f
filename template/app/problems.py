"""Errors as RFC 9457 problem documents."""

import json
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from app.exceptions import AppError

MEDIA_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """One invalid value: where it stands, and why it was refused."""

    loc: list[str | int]
    msg: str
    type: str


class Problem(BaseModel):
    """What every error answer says (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[FieldProblem] | None = None


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of the errors that a route answers with."""
    return {status: {"description": HTTPStatus(status).phrase} for status in statuses}


def document_problems(openapi: dict[str, Any]) -> dict[str, Any]:
    """Say in an OpenAPI document what each route does, and describe errors as they are sent."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = openapi.setdefault("components", {}).setdefault("schemas", {})
    schemas |= schema.pop("$defs", {}) | {"Problem": schema}
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    operations = [operation for path in openapi["paths"].values() for operation in path.values()]
    for operation in operations:
        about, responses = operation.get("description", ""), operation["responses"]
        operation["summary"] = about.partition("\n")[0].rstrip(".") or operation["summary"]
        responses |= {s: r | {"content": content} for s, r in responses.items() if s >= "400"}
    return openapi


def problem_response(request: Request, status: int, detail: str, **members: object) -> Response:
    """Return a problem document about this request."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "request_id": request.state.request_id,
    }
    body = json.dumps(document | members)  # ASCII, so that lone surrogates survive
    return Response(body, status, media_type=MEDIA_TYPE)


async def on_error(request: Request, error: AppError | HTTPException) -> Response:
    """Answer an error of the application, or of the framework, such as an unknown path."""
    response = problem_response(request, error.status_code, error.detail)
    response.headers.update(error.headers or {})
    return response


async def on_invalid(request: Request, error: RequestValidationError) -> Response:
    """Answer invalid input without repeating it: it may hold a password."""
    errors = [{key: item[key] for key in ("loc", "msg", "type")} for item in error.errors()[:20]]
    return problem_response(request, 422, "The request is not valid.", errors=errors)


PROBLEM_HANDLERS: Any = {
    AppError: on_error,
    HTTPException: on_error,
    RequestValidationError: on_invalid,
}
