# Needs app/worker/tracing.py
import pytest
from opentelemetry.propagate import inject
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from app.config import Settings
from app.core import tracing
from app.jobs.job import Job
from app.worker import tasks
from app.worker.tracing import traced_as_sent
from tests.jobs.test_run import do
from tests.receiver import Receiver
from tests.test_tracing import TRACEPARENT, read_spans, received
from tests.worker.test_messages import send_and_receive

__all__ = ["received"]


def test_span_of_a_failed_attempt_says_so(
    settings: Settings,
    received: Receiver,
    process: type[tasks.Process],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(job: Job) -> None:
        raise ConnectionError

    do(monkeypatch, fail)
    with pytest.raises(Exception, match="can be retried"):
        send_and_receive(settings, process)
    provider = tracing.get_tracer_provider(settings)
    assert provider is not None
    provider.force_flush()

    [span] = [span for span in read_spans(received) if span.name == "run_task"]
    assert span.status.code == Status.STATUS_CODE_ERROR


def test_vendors_keep_what_they_say_of_a_trace(settings: Settings, received: Receiver) -> None:
    passed_on: dict[str, str] = {}
    with traced_as_sent(settings, "run_task", TRACEPARENT | {"tracestate": "vendor=abc"}):  # type: ignore[arg-type]
        inject(passed_on)

    assert passed_on["tracestate"] == "vendor=abc"
