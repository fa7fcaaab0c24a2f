import json
import logging
from collections.abc import Generator
from io import StringIO

import pytest
from asgi_lifespan import LifespanManager
from fastapi import APIRouter, FastAPI
from httpx2 import ASGITransport, AsyncClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from sqlalchemy import text

from app.config import Settings
from app.core import tracing
from app.dependencies import SessionDep
from app.factory import create_app
from tests.receiver import open_receiver

TRACE_ID, PARENT_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = {"traceparent": f"00-{TRACE_ID}-{PARENT_ID}-01"}


@pytest.fixture
def received() -> Generator[tuple[str, list[bytes]]]:
    with open_receiver() as receiver:
        yield receiver
    tracing.get_provider.cache_clear()


def traced(settings: Settings, address: str) -> Settings:
    return settings.model_copy(update={"otel_exporter_otlp_endpoint": f"http://{address}"})


@pytest.fixture
def app(settings: Settings, received: tuple[str, list[bytes]]) -> FastAPI:
    app = create_app(traced(settings, received[0]))
    router = APIRouter(prefix="/things")

    @router.get("/{thing_id}")
    async def read_thing(thing_id: int, db: SessionDep) -> None:
        column = "1" if thing_id else "missing"
        await db.execute(text(f"SELECT {column} WHERE :value <> ''"), {"value": "s3cret-value"})

    app.include_router(router, prefix="/api/v1")
    return app


async def run(app: FastAPI, *urls: str) -> list[int]:
    async with LifespanManager(app) as running:
        transport = ASGITransport(running.app)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            return [(await client.get(url, headers=TRACEPARENT)).status_code for url in urls]


def read_spans(bodies: list[bytes]) -> list[Span]:
    exported = [ExportTraceServiceRequest.FromString(body) for body in bodies]
    resources = [resource for request in exported for resource in request.resource_spans]
    return [
        span for resource in resources for scope in resource.scope_spans for span in scope.spans
    ]


def attributes_of(span: Span) -> dict[str, str]:
    return {attribute.key: attribute.value.string_value for attribute in span.attributes}


async def test_request_and_its_statement_continue_the_trace_of_the_caller(
    app: FastAPI, received: tuple[str, list[bytes]]
) -> None:
    assert await run(app, "/api/v1/things/1?token=s3cret-token") == [200]

    statement, request = read_spans(received[1])
    assert request.name == "GET /api/v1/things/{thing_id}"
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE_ID, PARENT_ID)
    assert (statement.trace_id, statement.parent_span_id) == (request.trace_id, request.span_id)
    assert attributes_of(statement)["db.query.text"].startswith("SELECT 1 WHERE")


async def test_neither_bound_values_nor_query_strings_are_sent(
    app: FastAPI, received: tuple[str, list[bytes]]
) -> None:
    await run(app, "/api/v1/things/1?token=s3cret-token")

    assert "s3cret" not in str(read_spans(received[1]))


async def test_failed_statement_says_which_error_but_not_its_message(
    app: FastAPI, received: tuple[str, list[bytes]]
) -> None:
    assert (await run(app, "/api/v1/things/0"))[0] >= 500

    statement, request = read_spans(received[1])
    assert statement.status.code == request.status.code == Status.STATUS_CODE_ERROR
    assert attributes_of(statement)["error.type"].endswith("Error")
    assert "s3cret" not in str(statement)
    assert not statement.status.message


async def test_probes_are_not_traced(app: FastAPI, received: tuple[str, list[bytes]]) -> None:
    assert await run(app, "/health", "/health/live") == [200, 204]

    assert not received[1]


async def test_log_lines_name_trace_and_span(
    app: FastAPI, received: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = StringIO()
    for handler in logging.getLogger().handlers:
        if type(handler) is logging.StreamHandler:
            monkeypatch.setattr(handler, "stream", written)

    await run(app, "/nowhere")

    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    [access] = [line for line in lines if line["event"] == "request"]
    [request] = read_spans(received[1])
    assert (access["trace_id"], access["span_id"]) == (TRACE_ID, request.span_id.hex())


async def test_requests_are_answered_though_the_collector_is_down(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.1")
    dead = traced(settings, "127.0.0.1:9")

    assert await run(create_app(dead), "/nowhere") == [404]
    tracing.get_provider.cache_clear()
