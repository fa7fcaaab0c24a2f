from dataclasses import dataclass, field
from email.message import Message

from anyio import Event, fail_after, sleep_forever

from app.config import Settings
from app.core.broker import Broker
from app.dependencies import AppState
from app.jobs.publish import publish_task
from app.jobs.send_email import send_email
from app.models.task import Task
from tests.servers import Serve
from tests.smtp import MailServer
from tests.tasks import MAIL, add_file_task, add_task, upload_path, wait_for, wait_for_success
from tests.worker.conftest import Start, kill


@dataclass
class HangingMailServer(MailServer):
    """A mail server that never answers its first client."""

    reached: Event = field(default_factory=Event)

    async def handle_message(self, message: Message) -> None:
        if not self.reached.is_set():
            self.reached.set()
            await sleep_forever()
        await super().handle_message(message)


async def send(broker: Broker, task: Task) -> None:
    assert await broker.send(task.kind, task.id)


async def test_worker_runs_without_a_broker_server(
    settings: Settings, state: AppState, start_worker: Start
) -> None:
    task = await add_file_task(state)
    await publish_task(state, task)

    await start_worker(settings)

    finished = await wait_for_success(state, task)
    assert finished.result is not None
    assert finished.result["words"] == 3
    file = upload_path(state, task)
    await wait_for(state, task, lambda _: not file.exists())  # deleted after the result is stored


async def test_health_reports_the_broker(brokered: Settings, serve: Serve) -> None:
    async with serve(celery_broker_url=brokered.celery_broker_url) as client:
        assert (await client.get("/health")).json()["services"]["broker"] > 0


async def test_task_of_a_worker_that_is_killed_before_the_effect_runs_again(
    brokered: Settings, state: AppState, start_worker: Start
) -> None:
    task = await add_task(state, send_email, MAIL)
    broker = Broker(brokered)
    await send(broker, task)

    server = HangingMailServer()
    async with server.run():
        settings = brokered.model_copy(update=server.settings)
        worker = await start_worker(settings)
        with fail_after(60):
            await server.reached.wait()
        await kill(worker)
        await start_worker(settings)
        await wait_for_success(state, task)
        later = await add_file_task(state, "eve@example.com")
        await send(broker, task)  # a duplicate message
        await send(broker, later)
        await wait_for_success(state, later)

    assert [mail["Message-ID"] for mail in server.mails] == [f"<{task.id}@example.com>"]
    broker.close()
