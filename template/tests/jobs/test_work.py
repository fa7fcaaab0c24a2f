from dataclasses import replace

from app.core.mail import Mailer
from app.dependencies import AppState
from app.jobs.run import run_task
from app.models.task import TaskKind, TaskStatus
from tests.smtp import CLOSED, MailServer
from tests.tasks import MAIL, add_task, read_task


def with_mail(state: AppState, changes: dict[str, object]) -> AppState:
    return replace(state, mailer=Mailer(state.settings.model_copy(update=changes)))


async def test_mail_goes_to_the_owner_under_the_id_of_the_task(state: AppState) -> None:
    task = await add_task(state, TaskKind.EMAIL, MAIL)

    async with MailServer().run() as server:
        await run_task(with_mail(state, server.settings), task.id)

    assert (await read_task(state, task)).status is TaskStatus.SUCCEEDED
    assert server.recipients == ["ada@example.com"]
    assert server.mails[0]["Message-ID"] == f"<{task.id}@example.com>"


async def test_mail_waits_for_a_server_that_does_not_answer(state: AppState) -> None:
    task = await add_task(state, TaskKind.EMAIL, MAIL)

    assert await run_task(with_mail(state, CLOSED), task.id)

    waiting = await read_task(state, task)
    assert (waiting.status, waiting.attempts) == (TaskStatus.QUEUED, 1)
