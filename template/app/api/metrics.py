"""Prometheus metrics of requests, served at `/metrics`."""

import os
import re
from dataclasses import dataclass
from secrets import compare_digest
from time import perf_counter

from fastapi import FastAPI, Request
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, make_asgi_app
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import Settings
from app.middleware import get_route_path
from app.problems import problem_response

PROBES = re.compile("/health(/|$)")
METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
LABELS = ("method", "handler", "status")

REQUESTS = Counter("http_requests_total", "Number of requests.", LABELS)
DURATION = Histogram("http_request_duration_seconds", "Seconds until the response starts.", LABELS)


def install_metrics(app: FastAPI, settings: Settings) -> None:
    """Add the middleware inside the request context, but before any other can send a response."""
    app.user_middleware[1:1] = [
        Middleware(MetricsMiddleware, settings),
        Middleware(RequestMetricsMiddleware),
    ]


@dataclass
class RequestMetricsMiddleware:
    """Counts and times requests, except health checks."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application, and record the request afterwards."""
        if scope["type"] != "http" or PROBES.match(get_route_path(scope)):
            await self.app(scope, receive, send)
            return
        started_at = responded_at = perf_counter()
        status = 500

        async def send_and_note(message: Message) -> None:
            nonlocal responded_at, status
            if message["type"] == "http.response.start":
                responded_at = perf_counter()
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            # Unknown methods share one label, to bound the number of time series.
            method = scope["method"] if scope["method"] in METHODS else "other"
            labels = method, get_handler(scope), str(status)
            REQUESTS.labels(*labels).inc()
            DURATION.labels(*labels).observe(responded_at - started_at)


def get_handler(scope: Scope) -> str:
    """Return the path of the route that handled a request, with its parameters, or `none`.

    FastAPI keeps the route of an included router, with the whole path, apart from `route`.
    """
    route = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    root_path = scope.get("root_path", "")  # a mount has appended its path
    mount = root_path.removeprefix(scope.get("app_root_path", root_path))
    return f"{mount}{route.path}" if route else "none"


def get_registry() -> CollectorRegistry:
    """Return the metrics of this process, or of all processes in multiprocess mode."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


@dataclass
class MetricsMiddleware:
    """Serves `/metrics`, on any host; in production only with a token."""

    app: ASGIApp
    settings: Settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to `/metrics`, and pass any other request on."""
        token = self.settings.metrics_token.get_secret_value()
        if get_route_path(scope) != "/metrics" or (
            self.settings.environment == "production" and not token
        ):
            await self.app(scope, receive, send)
        elif token and not has_token(scope, token):
            response = problem_response(Request(scope), 401, "Send METRICS_TOKEN as bearer token.")
            response.headers["WWW-Authenticate"] = "Bearer"
            await response(scope, receive, send)
        else:
            respond: ASGIApp = make_asgi_app(get_registry())
            await respond(scope, receive, send)


def has_token(scope: Scope, token: str) -> bool:
    """Return whether the request has this bearer token."""
    header = Headers(scope=scope).get("authorization", "")
    return compare_digest(header.encode(), f"Bearer {token}".encode())
