"""Spans of tasks, in the trace of the request that published them."""

from collections.abc import Generator
from contextlib import contextmanager

from celery.app.task import Context
from opentelemetry.propagate import extract
from opentelemetry.trace import SpanKind, StatusCode, use_span

from app.config import Settings
from app.core.tracing import get_tracer_provider

HEADERS = ("traceparent", "tracestate")  # W3C Trace Context


@contextmanager
def continue_trace(settings: Settings, name: str, message: Context) -> Generator[None]:
    """Add a span to the trace that the headers of a message name."""
    if not (provider := get_tracer_provider(settings)):
        yield
        return
    parent = extract({header: message.get(header) or "" for header in HEADERS})
    span = provider.get_tracer(__name__).start_span(name, parent, SpanKind.CONSUMER)
    with use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield
        except Exception:
            span.set_status(StatusCode.ERROR)  # without the message, which may hold values
            raise
