"""OpenTelemetry traces of requests, SQL and calls, sent over OTLP where an endpoint is set."""

import os
from functools import cache

from anyio import move_on_after, to_thread
from fastapi.telemetry import TelemetryConfig
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.httpx import HTTPX2ClientInstrumentor
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    SpanKind,
    StatusCode,
    format_span_id,
    format_trace_id,
    get_current_span,
)
from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import Scope
from structlog.typing import EventDict, WrappedLogger

from app.config import Settings

UNTRACED = (["health"], ["metrics"])
ADDRESSES = {"url.full", "http.url"}  # of calls, by the conventions and the older ones
FLUSH_SECONDS = 5


class QueryRedaction(SpanProcessor):
    """Keeps query strings, in which tokens may travel, out of the traces."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Overwrite the query string, of a request or of a call."""
        super().on_start(span, parent_context)
        for name, value in dict(span.attributes or {}).items():
            if name == "url.query":
                span.set_attribute(name, "REDACTED")
            elif name in ADDRESSES:
                span.set_attribute(name, str(value).partition("?")[0])


@cache
def get_provider(endpoint: str, service: str) -> TracerProvider:
    """Return what makes spans, of calls with HTTPX too, and sends them from a thread of its own."""
    resource = Resource.create({SERVICE_NAME: service})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(QueryRedaction())
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http")  # the names that requests have
    HTTPX2ClientInstrumentor().instrument(tracer_provider=provider)
    return provider


def find_provider(settings: Settings) -> TracerProvider | None:
    """Return this process's provider; none without an endpoint."""
    endpoint = settings.otel_exporter_otlp_endpoint
    return get_provider(endpoint, settings.otel_service_name) if endpoint else None


def telemetry(settings: Settings) -> TelemetryConfig:
    """Return what FastAPI traces: requests, but no probes."""
    provider = find_provider(settings)
    config = TelemetryConfig(
        tracing=provider is not None, metrics=False, logs=False, operation_spans=False
    )
    return config | TelemetryConfig(tracer_provider=provider, exclude=is_untraced)


def is_untraced(scope: Scope) -> bool:
    """Tell whether a request comes from a machine that only looks."""
    return scope["path"].removeprefix(scope.get("root_path", "")).split("/")[1:2] in UNTRACED


def trace_statements(settings: Settings, engine: AsyncEngine) -> None:
    """Add a span for every statement inside a trace: its text, never its values."""
    if not (provider := find_provider(settings)):
        return
    tracer = provider.get_tracer(__name__)

    def start(connection: Connection, _: object, statement: str, *_rest: object) -> None:
        if get_current_span().is_recording():
            attributes = {"db.system.name": engine.dialect.name, "db.query.text": statement}
            name = statement.split(maxsplit=1)[0]
            span = tracer.start_span(name, kind=SpanKind.CLIENT, attributes=attributes)
            connection.info["span"] = span

    def end(connection: Connection, *_: object) -> None:
        if span := connection.info.pop("span", None):
            span.end()

    def fail(context: ExceptionContext) -> None:
        if context.connection and (span := context.connection.info.pop("span", None)):
            span.set_attribute("error.type", type(context.original_exception).__name__)
            span.set_status(StatusCode.ERROR)  # the message may hold values
            span.end()

    event.listen(engine.sync_engine, "before_cursor_execute", start)
    event.listen(engine.sync_engine, "after_cursor_execute", end)
    event.listen(engine.sync_engine, "handle_error", fail)


async def flush_spans(settings: Settings) -> None:
    """Send what is left, but do not wait long for a collector that does not answer."""
    if provider := find_provider(settings):
        with move_on_after(FLUSH_SECONDS):
            await to_thread.run_sync(provider.force_flush, abandon_on_cancel=True)


def add_trace_ids(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Name the trace and the span in a log line, where there are any."""
    span = get_current_span().get_span_context()
    if span.is_valid:
        line["trace_id"] = format_trace_id(span.trace_id)
        line["span_id"] = format_span_id(span.span_id)
    return line
