"""What happens around every request; pure ASGI, so that context and streaming survive."""

import re
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from uuid import uuid4

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
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
HSTS = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}

log = structlog.stdlib.get_logger(__name__)


def middleware_stack(settings: Settings) -> list[Middleware]:
    """Return the stack, outermost first: every answer gets its headers, whoever gives it."""
    https = HSTS if settings.environment == "production" else {}
    return [
        Middleware(RequestContext, SECURITY_HEADERS | https, settings.process_time_header),
        Middleware(CORSMiddleware, allow_origins=settings.cors_origins, **CORS),
        Middleware(TrustedHosts, allowed_hosts=settings.allowed_hosts),
        Middleware(Guard, settings.max_body_bytes),
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

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers["X-Request-ID"] = request_id
                if self.process_time:
                    headers["X-Process-Time"] = f"{perf_counter() - started:.6f}"
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            duration = round((perf_counter() - started) * 1000, 2)
            path, method = scope["path"], scope["method"]
            log.info("request", method=method, path=path, status=status, duration_ms=duration)


class TrustedHosts(TrustedHostMiddleware):
    """Refuse foreign Host headers, except on probes, which call an address."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check everything but the health routes."""
        probe = scope["type"] == "http" and scope["path"].split("/")[1:2] == ["health"]
        await (self.app if probe else super().__call__)(scope, receive, send)


@dataclass
class Guard:
    """Refuse a body that is too large, and answer an error that nobody expected."""

    app: ASGIApp
    max_body_bytes: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request, and answer in its place where it fails."""
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_body_bytes:
                raise HTTPException(413)
            return message

        try:
            await self.app(scope, receive_counted, send)
        except Exception:
            if scope["type"] != "http":
                raise
            log.exception("unexpected error")
            answer = problem_response(Request(scope), 500, "The log of this request says why.")
            await answer(scope, receive, send)
