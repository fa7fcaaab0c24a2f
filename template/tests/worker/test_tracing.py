from app.config import Settings
from app.core import tracing
from app.worker.process import WorkerProcess
from tests.core.test_tracing import read_spans, received
from tests.receiver import Receiver
from tests.worker.test_task_headers import send_and_receive

__all__ = ["received"]


def test_task_continues_the_trace_of_the_request(
    settings: Settings, received: Receiver, worker_process: WorkerProcess
) -> None:
    provider = tracing.get_tracer_provider(settings)
    assert provider is not None
    with provider.get_tracer("tests").start_as_current_span("request"):
        send_and_receive(settings, worker_process)
    provider.force_flush()

    spans = {span.name: span for span in read_spans(received)}
    assert spans["process_file"].parent_span_id == spans["request"].span_id
    assert {span.trace_id for span in spans.values()} == {spans["request"].trace_id}
    assert spans["UPDATE"].parent_span_id == spans["process_file"].span_id
