from dataclasses import dataclass, field
from email.message import Message

from anyio import Event, fail_after, sleep_forever

from app.config import Settings
from app.core.broker import Broker
from app.dependencies import AppState
from app.models.task import TaskKind
from tests.servers import Serve
from tests.smtp import MailServer
from tests.tasks import MAIL, add_file, add_task, wait_for, wait_for_success
from tests.worker.conftest import Start, kill


@dataclass
class HangingMailServer(MailServer):
    """Leaves its first client without an answer."""

    reached: Event = field(default_factory=Event)

    async def handle_message(self, message: Message) -> None:
        if not self.reached.is_set():
            self.reached.set()
            await sleep_forever()
        await super().handle_message(message)


async def test_worker_runs_without_any_server(
    settings: Settings, state: AppState, start_worker: Start
) -> None:
    task = await add_file(state)
    await state.broker.send(task.id)

    await start_worker(settings)

    done = await wait_for_success(state, task)
    assert done.result is not None
    assert done.result["words"] == 3
    file = state.uploads.path_of(task.details["upload"])
    await wait_for(state, task, lambda _: not file.exists())  # it goes after the end is written


async def test_health_reports_the_broker(brokered: Settings, serve: Serve) -> None:
    async with serve(celery_broker_url=brokered.celery_broker_url) as client:
        assert (await client.get("/health")).json()["services"]["broker"] > 0


async def test_task_of_a_killed_worker_is_delivered_again_and_its_effect_happens_once(
    brokered: Settings, state: AppState, start_worker: Start
) -> None:
    task = await add_task(state, TaskKind.EMAIL, MAIL)
    broker = Broker(brokered)
    await broker.send(task.id)

    server = HangingMailServer()
    async with server.run():
        settings = brokered.model_copy(update=server.settings)
        worker = await start_worker(settings)
        with fail_after(60):
            await server.reached.wait()
        await kill(worker)
        await start_worker(settings)
        done = await wait_for_success(state, task)
        later = await add_file(state, "eve@example.com")
        await broker.send(task.id)  # once more than needed
        await broker.send(later.id)
        await wait_for_success(state, later)

    assert done.attempts == 2
    assert [mail["Message-ID"] for mail in server.mails] == [f"<{task.id}@example.com>"]
    broker.close()
