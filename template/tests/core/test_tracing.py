from collections.abc import Generator

import pytest
import structlog
from asgi_lifespan import LifespanManager
from fastapi import APIRouter
from httpx2 import ASGITransport, AsyncClient
from opentelemetry.instrumentation.httpx import HTTPX2ClientInstrumentor
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from pydantic import ValidationError
from sqlalchemy import text
from structlog.testing import capture_logs

from app.config import Settings
from app.core import tracing
from app.dependencies import SessionDep
from app.factory import create_app
from tests.receiver import Receiver, open_receiver

TRACE_ID, PARENT_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = {"traceparent": f"00-{TRACE_ID}-{PARENT_ID}-01"}
router = APIRouter(prefix="/api/v1/things")


@router.get("/{thing_id}")
async def read_thing(thing_id: int, db: SessionDep) -> None:
    column = "1" if thing_id else "missing"
    await db.execute(text(f"SELECT {column} WHERE :value <> ''"), {"value": "s3cret-value"})


@router.get("/{address}/call")
async def call_service(address: str) -> None:
    async with AsyncClient() as client:
        await client.post(f"http://{address}/?token=s3cret-token", json={})


@pytest.fixture
def received(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Generator[Receiver]:
    with open_receiver() as receiver:
        monkeypatch.setattr(settings, "otel_exporter_otlp_endpoint", f"http://{receiver.address}")
        yield receiver
    tracing.create_tracer_provider.cache_clear()
    HTTPX2ClientInstrumentor().uninstrument()


async def run(settings: Settings, *urls: str) -> list[int]:
    app = create_app(settings)
    app.include_router(router)
    async with LifespanManager(app) as running:
        transport = ASGITransport(running.app)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            return [(await client.get(url, headers=TRACEPARENT)).status_code for url in urls]


def read_spans(received: Receiver) -> list[Span]:
    exported = [ExportTraceServiceRequest.FromString(body) for body in received.bodies]
    resources = [resource for request in exported for resource in request.resource_spans]
    return [
        span for resource in resources for scope in resource.scope_spans for span in scope.spans
    ]


def attributes_of(span: Span) -> dict[str, str]:
    return {attribute.key: attribute.value.string_value for attribute in span.attributes}


async def test_request_statement_and_log_line_belong_to_the_trace_of_the_client(
    settings: Settings, received: Receiver
) -> None:
    assert tracing.add_trace_ids in structlog.get_config()["processors"]
    with capture_logs([tracing.add_trace_ids]) as lines:
        assert await run(settings, "/api/v1/things/1?token=s3cret-token") == [200]

    statement, request = read_spans(received)
    [access] = [line for line in lines if line["event"] == "request"]
    assert request.name == "GET /api/v1/things/{thing_id}"
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE_ID, PARENT_ID)
    assert (statement.trace_id, statement.parent_span_id) == (request.trace_id, request.span_id)
    assert attributes_of(statement)["db.query.text"].startswith("SELECT 1 WHERE")
    assert (access["trace_id"], access["span_id"]) == (TRACE_ID, request.span_id.hex())
    assert "s3cret" not in f"{statement}{request}"


async def test_call_to_another_service_propagates_the_trace(
    settings: Settings, received: Receiver
) -> None:
    with open_receiver() as service:
        assert await run(settings, f"/api/v1/things/{service.address}/call") == [200]

    call, request = read_spans(received)
    assert call.parent_span_id == request.span_id
    [headers] = service.headers
    assert headers["traceparent"] == f"00-{TRACE_ID}-{call.span_id.hex()}-01"
    assert attributes_of(call)["url.full"] == f"http://{service.address}/"
    assert "s3cret" not in str(call)


async def test_probes_are_not_traced(settings: Settings, received: Receiver) -> None:
    assert await run(settings, "/health", "/health/live") == [200, 204]

    assert not received.bodies


@pytest.mark.parametrize(
    ("written", "endpoint"),
    [
        ("", ""),
        ("http://collector:4318/", "http://collector:4318"),
        ("https://otlp.example.com/v1/traces", "https://otlp.example.com"),
    ],
)
def test_endpoint_is_that_of_all_signals(settings: Settings, written: str, endpoint: str) -> None:
    values = settings.model_dump() | {"otel_exporter_otlp_endpoint": written}

    assert Settings.model_validate(values).otel_exporter_otlp_endpoint == endpoint


@pytest.mark.parametrize("wrong", ["http://collector:4317", "grpc://collector", "collector:4318"])
def test_endpoint_that_does_not_speak_http_is_rejected(settings: Settings, wrong: str) -> None:
    values = settings.model_dump() | {"otel_exporter_otlp_endpoint": wrong}

    with pytest.raises(ValidationError, match="http://localhost:4318"):
        Settings.model_validate(values)
