from dataclasses import replace
from pathlib import Path
from stat import S_IMODE

from app.config import Settings
from app.core.mail import Mailer
from app.core.uploads import Uploads
from app.dependencies import Resources
from app.jobs.run import run_task
from app.models.task import Task, TaskKind, TaskStatus
from tests.smtp import CLOSED, MailServer
from tests.tasks import MAIL, add_task, read_task


def with_mail(resources: Resources, changes: dict[str, object]) -> Resources:
    return replace(resources, mailer=Mailer(resources.settings.model_copy(update=changes)))


async def test_mail_goes_to_the_owner_under_the_id_of_the_task(resources: Resources) -> None:
    task = await add_task(resources, TaskKind.EMAIL, MAIL)

    async with MailServer().run() as server:
        await run_task(with_mail(resources, server.settings), task.id)

    assert (await read_task(resources, task)).status is TaskStatus.SUCCEEDED
    assert server.recipients == ["ada@example.com"]
    assert server.mails[0]["Message-ID"] == f"<{task.id}@example.com>"


async def test_mail_waits_for_a_server_that_does_not_answer(resources: Resources) -> None:
    task = await add_task(resources, TaskKind.EMAIL, MAIL)

    assert await run_task(with_mail(resources, CLOSED), task.id)

    waiting = await read_task(resources, task)
    assert (waiting.status, waiting.attempts) == (TaskStatus.QUEUED, 1)


def test_files_are_for_nobody_else_on_the_machine(settings: Settings, tmp_path: Path) -> None:
    uploads = Uploads(settings.model_copy(update={"upload_folder": tmp_path / "uploads"}))

    file = uploads.path_of(uploads.store(b"private"))

    assert [S_IMODE(path.stat().st_mode) for path in (file, file.parent)] == [0o600, 0o700]


async def test_lost_file_is_not_looked_for_again(resources: Resources, task: Task) -> None:
    resources.uploads.remove(task.details["upload"])

    assert await run_task(resources, task.id) is None

    failed = await read_task(resources, task)
    assert (failed.status, failed.error) == (TaskStatus.FAILED, "The file is gone.")
