"""OpenTelemetry traces of requests, SQL statements and HTTP calls, exported over OTLP."""

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

URL_ATTRIBUTES = {"url.full", "http.url"}  # of HTTP calls; the second is the former convention
FLUSH_SECONDS = 5


class QueryRedaction(SpanProcessor):
    """Removes query strings from spans, because they may contain tokens."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Redact the query string of a request or an HTTP call."""
        super().on_start(span, parent_context)
        for name, value in dict(span.attributes or {}).items():
            if name == "url.query":
                span.set_attribute(name, "REDACTED")
            elif name in URL_ATTRIBUTES:
                span.set_attribute(name, str(value).partition("?")[0])


@cache
def create_tracer_provider(endpoint: str, service_name: str) -> TracerProvider:
    """Return a provider that exports spans from its own thread, and trace the calls of HTTPX."""
    resource = Resource.create({SERVICE_NAME: service_name})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(QueryRedaction())
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    # Without this, the attributes of calls would have other names than those of requests.
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http")
    HTTPX2ClientInstrumentor().instrument(tracer_provider=provider)
    return provider


def get_tracer_provider(settings: Settings) -> TracerProvider | None:
    """Return the tracer provider of this process, or None if no endpoint is set."""
    endpoint = settings.otel_exporter_otlp_endpoint
    return create_tracer_provider(endpoint, settings.otel_service_name) if endpoint else None


def get_telemetry_config(settings: Settings) -> TelemetryConfig:
    """Return the configuration of FastAPI's telemetry: one span per request, except for probes."""
    provider = get_tracer_provider(settings)
    return TelemetryConfig(
        tracer_provider=provider,
        tracing=provider is not None,
        metrics=False,
        logs=False,
        operation_spans=False,
        exclude=is_probe,
    )


def is_probe(scope: Scope) -> bool:
    """Return whether a request is for the health or the metrics of the application."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return path.strip("/").partition("/")[0] in {"health", "metrics"}


def instrument_engine(settings: Settings, engine: AsyncEngine) -> None:
    """Add a span with the text of every SQL statement inside a trace, without its parameters."""
    provider = get_tracer_provider(settings)
    if provider is None:
        return
    tracer = provider.get_tracer(__name__)

    def start_span(connection: Connection, _: object, statement: str, *_rest: object) -> None:
        if get_current_span().is_recording():
            attributes = {"db.system.name": engine.dialect.name, "db.query.text": statement}
            operation = statement.split(maxsplit=1)[0]
            span = tracer.start_span(operation, kind=SpanKind.CLIENT, attributes=attributes)
            connection.info["span"] = span

    def end_span(connection: Connection, *_: object) -> None:
        if span := connection.info.pop("span", None):
            span.end()

    def end_span_with_error(context: ExceptionContext) -> None:
        if context.connection and (span := context.connection.info.pop("span", None)):
            span.set_attribute("error.type", type(context.original_exception).__name__)
            span.set_status(StatusCode.ERROR)  # no description: the message may contain parameters
            span.end()

    event.listen(engine.sync_engine, "before_cursor_execute", start_span)
    event.listen(engine.sync_engine, "after_cursor_execute", end_span)
    event.listen(engine.sync_engine, "handle_error", end_span_with_error)


async def flush_spans(settings: Settings) -> None:
    """Export the remaining spans, for at most `FLUSH_SECONDS`."""
    if provider := get_tracer_provider(settings):
        with move_on_after(FLUSH_SECONDS):
            await to_thread.run_sync(provider.force_flush, abandon_on_cancel=True)


def add_trace_ids(_: WrappedLogger, __: str, event_dict: EventDict) -> EventDict:
    """Add the ids of the current trace and span to a log line."""
    context = get_current_span().get_span_context()
    if context.is_valid:
        event_dict["trace_id"] = format_trace_id(context.trace_id)
        event_dict["span_id"] = format_span_id(context.span_id)
    return event_dict
