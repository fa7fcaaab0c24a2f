# Needs app/core/tracing.py
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from app.config import Settings
from tests.core.test_tracing import attributes_of, read_spans, received, run
from tests.receiver import Receiver

__all__ = ["received"]


async def test_span_of_a_failed_statement_has_no_error_message(
    settings: Settings, received: Receiver
) -> None:
    assert (await run(settings, "/api/v1/things/0"))[0] >= 500

    statement, request = read_spans(received)
    assert statement.status.code == request.status.code == Status.STATUS_CODE_ERROR
    assert attributes_of(statement)["error.type"].endswith("Error")
    assert "s3cret" not in str(statement)
    assert not statement.status.message


async def test_requests_succeed_while_the_collector_is_down(
    settings: Settings, received: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.1")
    monkeypatch.setattr(settings, "otel_exporter_otlp_endpoint", "http://127.0.0.1:9")

    assert await run(settings, "/nowhere") == [404]
