# Needs app/core/metrics.py
import sys
from pathlib import Path

import pytest
from anyio import run_process
from httpx2 import AsyncClient

from app.config import Settings
from tests.servers import refusal
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
