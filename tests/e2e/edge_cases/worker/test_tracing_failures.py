# Needs app/worker/tracing.py
import pytest
from celery.canvas import Signature
from celery.exceptions import Retry
from opentelemetry.propagate import inject
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from app.config import Settings
from app.core import tracing
from app.jobs.registry import JOBS
from app.worker.process import WorkerProcess
from app.worker.tracing import continue_trace
from tests.core.test_tracing import TRACEPARENT, read_spans, received
from tests.receiver import Receiver
from tests.worker.test_task_headers import send_and_receive

__all__ = ["received"]


def test_span_of_a_failed_task_has_the_status_error(
    settings: Settings,
    received: Receiver,
    worker_process: WorkerProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setitem(JOBS, "process_file", fail)
    monkeypatch.setattr(Signature, "apply_async", lambda _: None)
    with pytest.raises(Retry):
        send_and_receive(settings, worker_process)
    provider = tracing.get_tracer_provider(settings)
    assert provider is not None
    provider.force_flush()

    [span] = [span for span in read_spans(received) if span.name == "process_file"]
    assert span.status.code == Status.STATUS_CODE_ERROR


def test_tracestate_of_vendors_is_kept(settings: Settings, received: Receiver) -> None:
    headers: dict[str, str] = {}
    with continue_trace(settings, "process_file", TRACEPARENT | {"tracestate": "vendor=abc"}):  # type: ignore[arg-type]
        inject(headers)

    assert headers["tracestate"] == "vendor=abc"
