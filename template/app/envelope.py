"""Every JSON answer in one shape: success, message, data, errors and meta."""

import inspect
from collections.abc import Callable
from copy import copy
from functools import partial
from http import HTTPStatus
from types import NoneType
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, APIWebSocketRoute, RouteContext, iter_route_contexts
from fastapi.utils import is_body_allowed_for_status_code
from pydantic import BaseModel, BeforeValidator, model_serializer
from starlette.routing import BaseRoute
from structlog.contextvars import get_contextvars
from typing_extensions import override

T = TypeVar("T")

BARE = ["auth", "token"]  # an OAuth2 client looks for its fields at the top (RFC 6749, section 5.1)
OPTIONS = inspect.signature(APIRoute).parameters.keys()


class Meta(BaseModel):
    """What there is to know about an answer."""

    request_id: str


class Envelope(BaseModel, Generic[T]):
    """What an answer looks like when all went well."""

    success: Literal[True]
    message: str
    data: T
    errors: tuple[()]
    meta: Meta

    # without a type, as a type would stand in the OpenAPI document in place of the members
    keep_whole = model_serializer(mode="wrap")(
        lambda self, serialize: dict.fromkeys(type(self).model_fields) | serialize(self)
    )


def envelop(data: object, message: str) -> object:
    """Return what an endpoint returned in an envelope."""
    meta = Meta(request_id=get_contextvars()["request_id"])
    return {"success": True, "message": message, "data": data, "errors": (), "meta": meta}


def is_kind(value: object, kind: type) -> bool:
    """Whether a value is this class or a subclass of it."""
    return isinstance(value, type) and issubclass(value, kind)


class EnvelopeRoute(APIRoute):
    """A route that answers in an envelope, unless it has no body or makes the answer itself."""

    @override
    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        status = self.status_code or 200
        returned = inspect.signature(endpoint).return_annotation
        exempt = (
            path.split("/")[-2:] == BARE
            or not is_body_allowed_for_status_code(status)
            or self.is_json_stream
            or not is_kind(getattr(self.response_class, "value", self.response_class), JSONResponse)
            or is_kind(returned, Response)
            or is_kind(self.response_model, Envelope)
        )
        if not exempt:
            content = self.response_model or (NoneType if returned is None else Any)
            put_in = BeforeValidator(partial(envelop, message=HTTPStatus(status).phrase))
            options["response_model"] = Annotated[Envelope.__class_getitem__(content), put_in]
            if self.response_model_include is not None:
                members = dict.fromkeys(Envelope.model_fields, True)
                options["response_model_include"] = members | {"data": self.response_model_include}
            if self.response_model_exclude is not None:
                options["response_model_exclude"] = {"data": self.response_model_exclude}
            super().__init__(path, endpoint, **options)


def convert(context: RouteContext) -> BaseRoute:
    """Return a route of a router as one that answers in an envelope."""
    route, endpoint = context.original_route, context.endpoint
    if isinstance(route, APIRoute) and endpoint:
        options: dict[str, Any] = {
            name: getattr(context, name, getattr(route, name, None)) for name in OPTIONS
        }
        if route.stream_item_type:
            del options["response_model"]  # FastAPI finds it out again
        return EnvelopeRoute(**options)
    if isinstance(route, APIWebSocketRoute) and endpoint:
        return APIWebSocketRoute(
            context.path or "", endpoint, name=context.name, dependencies=context.dependencies
        )
    return route


class EnvelopeAPI(FastAPI):
    """FastAPI, with all of its JSON answers in envelopes, whichever router gives them."""

    @override
    def setup(self) -> None:
        """Let the application's own routes answer in envelopes too."""
        super().setup()
        self.router.route_class = EnvelopeRoute

    @override
    def include_router(self, router: APIRouter, **options: Any) -> None:
        """Include a copy of a router, in which every route answers in an envelope."""
        enveloped = copy(router)
        enveloped.routes = [convert(context) for context in iter_route_contexts(router.routes)]
        super().include_router(enveloped, **options)
