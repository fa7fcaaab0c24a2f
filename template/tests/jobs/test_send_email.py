from dataclasses import replace

import pytest

from app.core.mail import Mailer
from app.dependencies import AppState
from app.exceptions import ServiceUnavailable
from app.jobs.job import TaskFailed
from app.jobs.run import run_task
from app.jobs.send_email import send_email
from app.models.task import TaskStatus
from tests.smtp import CLOSED, MailServer
from tests.tasks import MAIL, add_task, read_task


def with_mail(state: AppState, changes: dict[str, object]) -> AppState:
    return replace(state, mailer=Mailer(state.settings.model_copy(update=changes)))


async def test_email_is_sent_to_the_owner_with_the_id_of_the_task(state: AppState) -> None:
    task = await add_task(state, send_email, MAIL)

    async with MailServer().run() as server:
        mailing = with_mail(state, server.settings)
        await run_task(mailing, task.id)

    assert (await read_task(state, task)).status is TaskStatus.SUCCEEDED
    assert server.recipients == ["ada@example.com"]
    assert server.mails[0]["Message-ID"] == f"<{task.id}@example.com>"


async def test_email_is_queued_again_if_the_mail_server_is_down(state: AppState) -> None:
    task = await add_task(state, send_email, MAIL)

    with pytest.raises(ServiceUnavailable):
        await run_task(with_mail(state, CLOSED), task.id)

    assert (await read_task(state, task)).status is TaskStatus.QUEUED


async def test_task_fails_if_the_mail_server_rejects_its_email_for_good(state: AppState) -> None:
    task = await add_task(state, send_email, MAIL)

    async with MailServer(rejection="550 no such user").run() as server:
        with pytest.raises(TaskFailed):
            await run_task(with_mail(state, server.settings), task.id)

    failed = await read_task(state, task)
    assert (failed.status, failed.error) == (
        TaskStatus.FAILED,
        "The mail server rejected the e-mail.",
    )
