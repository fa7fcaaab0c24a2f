"""Prometheus metrics of requests, shown at `/metrics`."""

import os
from dataclasses import dataclass
from secrets import compare_digest
from time import perf_counter

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, make_asgi_app
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import Settings
from app.problems import problem_response

METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
LABELS = ("method", "route", "status")
OTHER = "other"  # what callers invent must not become labels without end

REQUESTS = Counter("http_requests_total", "Requests that were answered.", LABELS)
DURATION = Histogram("http_request_duration_seconds", "How long the answers took.", LABELS)


def install(app: FastAPI, settings: Settings) -> None:
    """Measure requests inside their context, but outside of everything that may refuse them."""
    app.user_middleware.insert(1, Middleware(Metrics, settings))


def find_template(scope: Scope) -> str:
    """Return the path of the route that answers, with its parameters unfilled."""
    partial = OTHER
    for route in iter_route_contexts(scope["app"].routes):
        match, _ = route.matches(scope)
        if match is Match.FULL:
            return route.path_format or OTHER
        if match is Match.PARTIAL and partial == OTHER:
            partial = route.path_format or OTHER
    return partial


def collect() -> CollectorRegistry:
    """Return the numbers of this process, or of all of them where they share a folder."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


@dataclass
class Metrics:
    """Count and time requests; show the numbers to whoever has the token."""

    app: ASGIApp
    settings: Settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Measure everything but probes and the metrics themselves."""
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if path == "/metrics" and (self.token or self.settings.environment != "production"):
            await self.show(scope, receive, send)
        elif scope["type"] != "http" or path.split("/")[1:2] in (["health"], ["metrics"]):
            await self.app(scope, receive, send)
        else:
            await self.measure(scope, receive, send)

    @property
    def token(self) -> str:
        """What Prometheus must send, if anything."""
        return self.settings.metrics_token.get_secret_value()

    async def show(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the numbers, or refuse."""
        given = Headers(scope=scope).get("authorization", "")
        answer: ASGIApp = make_asgi_app(collect())
        if self.token and not compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            refusal = problem_response(Request(scope), 401, "Send METRICS_TOKEN as bearer token.")
            refusal.headers["WWW-Authenticate"] = "Bearer"
            answer = refusal
        await answer(scope, receive, send)

    async def measure(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request, and note what became of it."""
        method = scope["method"] if scope["method"] in METHODS else OTHER
        route, status, started, answered = find_template(scope), 500, perf_counter(), 0.0

        async def send_noting(message: Message) -> None:
            nonlocal answered, status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)
            answered = perf_counter()  # background tasks come after that

        try:
            await self.app(scope, receive, send_noting)
        finally:
            REQUESTS.labels(method, route, status).inc()
            DURATION.labels(method, route, status).observe((answered or perf_counter()) - started)
