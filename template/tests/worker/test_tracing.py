from app.config import Settings
from app.core import tracing
from app.worker import tasks
from tests.receiver import Receiver
from tests.test_tracing import read_spans, received
from tests.worker.test_messages import send_and_receive

__all__ = ["received"]


def test_work_continues_the_trace_of_the_request(
    settings: Settings, received: Receiver, process: type[tasks.Process]
) -> None:
    provider = tracing.get_tracer_provider(settings)
    assert provider is not None
    with provider.get_tracer("tests").start_as_current_span("request"):
        send_and_receive(settings, process)
    provider.force_flush()

    spans = {span.name: span for span in read_spans(received)}
    assert spans["run_task"].parent_span_id == spans["request"].span_id
    assert {span.trace_id for span in spans.values()} == {spans["request"].trace_id}
    assert spans["UPDATE"].parent_span_id == spans["run_task"].span_id
