from collections.abc import Generator

import pytest

from app.config import Settings
from app.core import tracing
from app.worker import tasks
from tests.receiver import open_receiver
from tests.test_tracing import read_spans
from tests.worker.test_messages import send_and_receive


@pytest.fixture
def received(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Generator[list[bytes]]:
    with open_receiver() as (address, bodies):
        monkeypatch.setattr(settings, "otel_exporter_otlp_endpoint", f"http://{address}")
        yield bodies
    tracing.get_provider.cache_clear()


def test_work_continues_the_trace_of_the_request(
    settings: Settings, received: list[bytes], process: type[tasks.Process]
) -> None:
    provider = tracing.find_provider(settings)
    assert provider is not None
    with provider.get_tracer("tests").start_as_current_span("request"):
        send_and_receive(settings, process)
    provider.force_flush()

    spans = {span.name: span for span in read_spans(received)}
    assert spans["run_task"].parent_span_id == spans["request"].span_id
    assert {span.trace_id for span in spans.values()} == {spans["request"].trace_id}
    assert spans["UPDATE"].parent_span_id == spans["run_task"].span_id
