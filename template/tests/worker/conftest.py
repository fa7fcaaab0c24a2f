"""Real workers, and the broker that they listen to."""

import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest
import typer
from anyio import open_process
from anyio.abc import Process
from pydantic import SecretStr
from sqlalchemy import delete

from app.config import Settings
from app.core.broker import create_celery
from app.dependencies import AppState
from app.models.user import User
from app.worker import tasks

Start = Callable[[Settings], Awaitable[Process]]


@pytest.fixture
def broker_url(redis_url: SecretStr, record_property: Callable[[str, object], None]) -> SecretStr:
    """Return TEST_CELERY_BROKER_URL, else a Redis server on this machine or in this process."""
    url = os.environ.get("TEST_CELERY_BROKER_URL", redis_url.get_secret_value())
    record_property("broker", url)
    typer.echo(f"The broker of this test is {url}.")
    return SecretStr(url)


@pytest.fixture
def brokered(settings: Settings, broker_url: SecretStr) -> Generator[Settings]:
    """Yield settings for a queue of the test's own; what it held for a second comes again."""
    queue = f"test-{uuid4().hex}"
    brokered = settings.model_copy(
        update={
            "celery_broker_url": broker_url,
            "celery_queue": queue,
            "celery_visibility_timeout_seconds": 1,
            "task_lease_seconds": 1,
        }
    )
    yield brokered
    celery = create_celery(brokered)
    with celery.connection() as connection:
        celery.amqp.queues[queue].bind(connection.channel()).delete()


@pytest.fixture
async def start_worker(tmp_path: Path) -> AsyncGenerator[Start]:
    """Yield a function that starts a worker of two processes, which `kill` ends."""
    started: list[Process] = []

    async def start(settings: Settings) -> Process:
        environment = os.environ | {
            name.upper(): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            for name, value in settings
            if not isinstance(value, list)
        }
        command = [sys.executable, "-m", "celery", "-A", "app.worker.celery_app", "worker"]
        options = ["--pool=prefork", "--concurrency=1", "--without-gossip", "--without-mingle"]
        worker = await open_process(
            command + options,
            cwd=tmp_path,
            env=environment,
            stdout=None,
            stderr=None,
            start_new_session=True,
        )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        await kill(worker)


async def delete_users(state: AppState) -> None:
    async with state.sessionmaker.begin() as db:
        await db.execute(delete(User))


@pytest.fixture
def process(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Generator[type[tasks.Process]]:
    """Make this process a worker."""
    monkeypatch.setattr(tasks, "get_settings", lambda: settings)
    tasks.open_process()
    yield tasks.Process
    tasks.Process.runner.run(delete_users(tasks.Process.state))
    tasks.close_process()


async def kill(worker: Process) -> None:
    """End both processes of a worker at once, in the middle of whatever they do."""
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    await worker.wait()
