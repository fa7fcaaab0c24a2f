# Needs app/api/metrics.py
import sys
from pathlib import Path

import pytest
from anyio import run_process, sleep
from fastapi import BackgroundTasks, FastAPI
from httpx2 import ASGITransport, AsyncClient

from app.api.metrics import DURATION
from app.config import Settings
from tests.servers import settings_error
from tests.test_metrics import read_counts

COUNT_IN_TWO_PROCESSES = """
import os, app.api.metrics
os.fork()
app.api.metrics.REQUESTS.labels("GET", "/things", "200").inc()
"""


def test_production_rejects_a_weak_token(settings: Settings) -> None:
    weak = {"environment": "production", "metrics_token": "change-me"}

    assert "METRICS_TOKEN" in settings_error(settings, **weak)


async def test_counts_of_processes_are_added_up(
    client: AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    await run_process([sys.executable, "-c", COUNT_IN_TWO_PROCESSES])

    assert await read_counts(client) == {("GET", "/things", "200"): 2}


async def test_duration_excludes_background_tasks(app: FastAPI, client: AsyncClient) -> None:
    @app.get("/later")
    async def respond_first(background_tasks: BackgroundTasks) -> None:
        background_tasks.add_task(sleep, 1)

    DURATION.clear()
    await client.get("/later")

    [samples] = [metric.samples for metric in DURATION.collect()]
    assert [sample.value < 1 for sample in samples if sample.name.endswith("_sum")] == [True]


async def test_metrics_are_served_below_a_root_path(transport: ASGITransport) -> None:
    transport.root_path = "/base"
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/base/metrics")).status_code == 200
