# Needs app/worker
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from email.message import Message
from pathlib import Path
from socket import create_connection

import pytest
from anyio import fail_after, sleep
from pydantic import SecretStr

from app.config import Settings
from app.core.broker import Broker
from app.dependencies import AppState
from app.jobs.send_email import send_email
from app.models.task import TaskStatus
from tests.smtp import MailServer
from tests.tasks import MAIL, add_file_task, add_task, wait_for, wait_for_success
from tests.worker.conftest import Start, kill
from tests.worker.test_worker import HangingMailServer, send

BROKERS = {6379: "redis://127.0.0.1:6379/0", 5672: "amqp://guest:guest@127.0.0.1:5672//"}


def answers(port: int) -> bool:
    with suppress(OSError), create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class SlowMailServer(HangingMailServer):
    """A mail server that accepts the e-mail of its first client and never says so."""

    async def handle_message(self, message: Message) -> None:
        if not self.reached.is_set():
            await MailServer.handle_message(self, message)
        await super().handle_message(message)


def pool_processes(worker_pid: int) -> list[int]:
    children = Path(f"/proc/{worker_pid}/task/{worker_pid}/children").read_text()
    return [int(pid) for pid in children.split()]


@pytest.fixture(params=BROKERS.values(), ids=["redis", "rabbitmq"])
def broker_url(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> SecretStr:
    """Return the URL of every broker on this machine."""
    port = next(port for port, url in BROKERS.items() if url == request.param)
    if not answers(port):
        pytest.skip(f"no broker answers on port {port}")
    record_property("broker", request.param)
    return SecretStr(request.param)


@pytest.mark.parametrize("victim", ["pool process", "worker", "hard time limit"])
async def test_task_of_a_process_that_is_killed_before_the_effect_runs_again(
    brokered: Settings, state: AppState, start_worker: Start, victim: str
) -> None:
    task = await add_task(state, send_email, MAIL)
    broker = Broker(brokered)
    await send(broker, task)

    server = HangingMailServer()
    async with server.run():
        settings = brokered.model_copy(update=server.settings)
        app = "hard_limit_app" if victim == "hard time limit" else "celery_app"
        worker = await start_worker(settings, f"tests.worker.{app}")
        with fail_after(60):
            await server.reached.wait()
        if victim == "worker":
            await kill(worker)
            await start_worker(settings)
        elif victim == "pool process":
            for pid in pool_processes(worker.pid):
                os.kill(pid, signal.SIGKILL)
        await wait_for_success(state, task)
        later = await add_file_task(state, "eve@example.com")
        await send(broker, task)  # a duplicate message
        await send(broker, later)
        await wait_for_success(state, later)

    assert [mail["Message-ID"] for mail in server.mails] == [f"<{task.id}@example.com>"]
    broker.close()


async def test_task_that_kills_its_workers_fails_for_good(
    brokered: Settings, state: AppState, start_worker: Start
) -> None:
    task = await add_task(state, send_email, MAIL)
    broker = Broker(brokered)
    await send(broker, task)

    server = HangingMailServer()
    async with server.run():
        changes = server.settings | {"task_max_retries": 1}
        worker = await start_worker(brokered.model_copy(update=changes))
        for _ in range(2):
            with fail_after(60):
                await server.reached.wait()
            server.reached = type(server.reached)()
            for pid in pool_processes(worker.pid):
                os.kill(pid, signal.SIGKILL)
        failed = await wait_for(state, task, lambda now: now.status is TaskStatus.FAILED)
        await sleep(3)  # longer than the visibility timeout of the tests

    assert failed.error == "The task failed too often."
    assert server.mails == []
    broker.close()


async def test_task_of_a_worker_that_is_killed_after_the_effect_repeats_it_with_the_same_id(
    brokered: Settings, state: AppState, start_worker: Start
) -> None:
    task = await add_task(state, send_email, MAIL)
    broker = Broker(brokered)
    await send(broker, task)

    server = SlowMailServer()
    async with server.run():
        settings = brokered.model_copy(update=server.settings)
        worker = await start_worker(settings)
        with fail_after(60):
            await server.reached.wait()
        await kill(worker)
        await start_worker(settings)
        await wait_for_success(state, task)

    assert [mail["Message-ID"] for mail in server.mails] == [f"<{task.id}@example.com>"] * 2
    broker.close()
