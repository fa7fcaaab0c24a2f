"""Prometheus metrics of requests, served at `/metrics`."""

import os
from dataclasses import dataclass
from secrets import compare_digest

from fastapi import FastAPI, Request
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, make_asgi_app
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_fastapi_instrumentator.metrics import Info
from prometheus_fastapi_instrumentator.middleware import PrometheusInstrumentatorMiddleware
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.config import Settings
from app.problems import problem_response

METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
LABELS = ("method", "handler", "status")

REQUESTS = Counter("http_requests_total", "Number of requests.", LABELS)
DURATION = Histogram("http_request_duration_seconds", "Seconds until the response starts.", LABELS)


def install_metrics(app: FastAPI, settings: Settings) -> None:
    """Add the middleware inside the request context, but before any other can send a response."""
    app.user_middleware[1:1] = [
        Middleware(MetricsMiddleware, settings),
        Middleware(
            PrometheusInstrumentatorMiddleware,
            should_group_status_codes=False,
            excluded_handlers=["^/health(/|$)"],
            instrumentations=[record_request],
        ),
    ]


def record_request(info: Info) -> None:
    """Record a request; unknown methods share one label, to bound the number of time series."""
    method = info.method if info.method in METHODS else "other"
    labels = (method, info.modified_handler, info.modified_status)
    REQUESTS.labels(*labels).inc()
    DURATION.labels(*labels).observe(info.modified_duration_without_streaming)


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
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if path != "/metrics" or (self.settings.environment == "production" and not token):
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
