"""What happens around every request; pure ASGI, so that context and streaming survive."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from time import perf_counter
from typing import Any
from uuid import uuid4

import structlog
from fastapi import Request, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import Settings
from app.problems import problem_response

SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
SECURITY_HEADERS = {  # OWASP REST Security Cheat Sheet
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-site",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
CORS: Any = {"allow_methods": ["*"], "allow_headers": ["*"], "expose_headers": ["X-Request-ID"]}
REFUSALS = {400: "The host or the origin is foreign.", 413: "The body is too large."}
HSTS = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}

log = structlog.stdlib.get_logger(__name__)


def middleware_stack(settings: Settings) -> list[Middleware]:
    """Return the stack, outermost first: every answer gets its headers, whoever gives it."""
    https = HSTS if settings.environment == "production" else {}
    return [
        Middleware(RequestContext, SECURITY_HEADERS | https, settings.process_time_header),
        Middleware(CORSMiddleware, allow_origins=settings.cors_origins, **CORS),
        Middleware(TrustedHosts, allowed_hosts=settings.allowed_hosts),
        Middleware(Guard),
        Middleware(RequestBodyLimitMiddleware, settings.max_body_bytes),
    ]


@dataclass
class RequestContext:
    """Give each request an id, security headers, and one line in the log."""

    app: ASGIApp
    headers: dict[str, str]
    process_time: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request inside its context."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if SANE_REQUEST_ID.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started, status = perf_counter(), 0
        refusal: Response | None = None

        async def send_with_headers(message: Message) -> None:
            nonlocal refusal, status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                plain = headers.get("Content-Type", "").startswith("text/plain")
                if plain and status >= HTTPStatus.BAD_REQUEST:  # Starlette's own refusals
                    reason = REFUSALS.get(status, "This is refused.")
                    refusal = problem_response(Request(scope), status, reason)
                    headers.update(refusal.headers)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers["X-Request-ID"] = request_id
                if self.process_time:
                    headers["X-Process-Time"] = f"{perf_counter() - started:.6f}"
            elif refusal:
                message["body"] = refusal.body
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            values = {name: scope[name] for name in ("method", "path", "client")}
            duration = round((perf_counter() - started) * 1000, 2)
            log.info("request", **values, status=status, duration_ms=duration)


class TrustedHosts(TrustedHostMiddleware):
    """Refuse foreign Host headers, except on probes, which call an address."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check everything but the health routes."""
        probe = scope["type"] == "http" and scope["path"].split("/")[1:2] == ["health"]
        await (self.app if probe else super().__call__)(scope, receive, send)


@dataclass
class Guard:
    """Answer an error that nobody expected."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request, and answer in its place where it fails."""
        try:
            await self.app(scope, receive, send)
        except Exception:
            if scope["type"] != "http":
                raise
            log.exception("unexpected error")
            answer = problem_response(Request(scope), 500, "The log of this request says why.")
            await answer(scope, receive, send)
