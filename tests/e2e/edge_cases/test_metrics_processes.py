# Needs app/core/metrics.py
import sys
from pathlib import Path

import pytest
from anyio import run_process
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from app.config import Settings
from tests.servers import refusal
from tests.test_access_log import add_background_task
from tests.test_metrics import read_counts

COUNT = """
import os, app.core.metrics
os.fork()
app.core.metrics.REQUESTS.labels("GET", "/things", "200").inc()
"""


def test_production_refuses_a_weak_token(settings: Settings) -> None:
    weak = {"environment": "production", "metrics_token": "change-me"}

    assert "METRICS_TOKEN" in refusal(settings, **weak)


async def test_worker_processes_are_added_up(
    client: AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    await run_process([sys.executable, "-c", COUNT])

    assert await read_counts(client) == {
        'http_requests_total{method="GET",route="/things",status="200"} 2.0'
    }


async def test_duration_ends_with_the_answer(
    app: FastAPI, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = add_background_task(app)
    monkeypatch.setattr("app.core.metrics.perf_counter", lambda: now[0])

    await client.get("/later")

    took = 'http_request_duration_seconds_sum{method="GET",route="/later",status="200"} 0.0'
    assert took in (await client.get("/metrics")).text


async def test_metrics_are_shown_below_a_prefix_too(transport: ASGITransport) -> None:
    transport.root_path = "/base"
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/base/metrics")).status_code == 200
