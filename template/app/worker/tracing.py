"""Work as a part of the trace of the request that asked for it."""

from contextlib import AbstractContextManager, nullcontext

from celery.app.task import Context
from opentelemetry.propagate import extract
from opentelemetry.trace import Span, SpanKind, use_span

from app.config import Settings
from app.core.tracing import get_tracer_provider

HEADERS = ("traceparent", "tracestate")  # W3C Trace Context


def traced_as_sent(
    settings: Settings, name: str, message: Context
) -> AbstractContextManager[Span | None]:
    """Continue the trace that a message comes from."""
    if not (provider := get_tracer_provider(settings)):
        return nullcontext()
    sender = extract({header: message.get(header) or "" for header in HEADERS})
    span = provider.get_tracer(__name__).start_span(name, sender, SpanKind.CONSUMER)
    return use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False)
