import socket
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from app.config import Settings
from app.dependencies import AppState
from app.jobs.publish import publish_task
from tests.tasks import add_file_task, wait_for_success
from tests.worker.conftest import Start


async def test_worker_serves_the_metrics_of_its_processes(
    settings: Settings,
    state: AppState,
    start_worker: Start,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    task = await add_file_task(state)
    await publish_task(state, task)

    await start_worker(settings.model_copy(update={"worker_metrics_port": port}))
    await wait_for_success(state, task)

    async with AsyncClient() as prometheus:
        shown = (await prometheus.get(f"http://127.0.0.1:{port}/metrics")).text
    labels = '{kind="process_file",outcome="succeeded"}'
    assert f"task_duration_seconds_count{labels} 1.0" in shown
