"""Worker processes, and the broker of the tests."""

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
from celery import current_app
from pydantic import SecretStr
from sqlalchemy import delete

from app.config import Settings
from app.core.broker import create_celery
from app.dependencies import AppState
from app.models.user import User
from app.worker import process
from app.worker.configuration import create_worker_app
from app.worker.process import WorkerProcess
from app.worker.tasks import JobTask

Start = Callable[..., Awaitable[Process]]


@pytest.fixture
def broker_url(redis_url: SecretStr, record_property: Callable[[str, object], None]) -> SecretStr:
    """Return TEST_CELERY_BROKER_URL, or the URL of the Redis server of the tests."""
    url = os.environ.get("TEST_CELERY_BROKER_URL", redis_url.get_secret_value())
    record_property("broker", url)
    typer.echo(f"The broker of this test is {url}.")
    return SecretStr(url)


@pytest.fixture
def brokered(settings: Settings, broker_url: SecretStr) -> Generator[Settings]:
    """Yield settings with a queue that only this test uses."""
    queue = f"test-{uuid4().hex}"
    brokered = settings.model_copy(
        update={
            "celery_broker_url": broker_url,
            "celery_queue": queue,
        }
    )
    yield brokered
    celery = create_celery(brokered)
    with celery.connection() as connection:
        celery.amqp.queues[queue].bind(connection.channel()).delete()


@pytest.fixture
async def start_worker(tmp_path: Path) -> AsyncGenerator[Start]:
    """Yield a function that starts a worker with one pool process.

    Redis delivers the messages of a dead worker again after two seconds.
    """
    started: list[Process] = []

    async def start(settings: Settings, app: str = "tests.worker.celery_app") -> Process:
        environment = os.environ | {
            name.upper(): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            for name, value in settings
            if not isinstance(value, list)
        }
        environment["PYTHONPATH"] = str(Path.cwd())
        command = [sys.executable, "-m", "celery", "-A", app, "worker"]
        options = ["--pool=prefork", "--concurrency=1", "--without-gossip", "--without-mingle"]
        options.append(f"--hostname={uuid4().hex}")  # RabbitMQ accepts a name only once
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


def get_task(kind: str) -> JobTask:
    """Return the Celery task of a kind."""
    task = current_app.tasks[kind]
    assert isinstance(task, JobTask)
    return task


async def delete_users(state: AppState) -> None:
    async with state.sessionmaker.begin() as db:
        await db.execute(delete(User))


@pytest.fixture
def worker_process(settings: Settings) -> Generator[WorkerProcess]:
    """Yield this process as the process of a worker."""
    create_worker_app(settings)
    this_process = process.worker_process
    this_process.open(settings)
    yield this_process
    this_process.run(delete_users(this_process.state))
    this_process.close()


async def kill(worker: Process) -> None:
    """Kill all processes of a worker with SIGKILL."""
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    await worker.wait()
