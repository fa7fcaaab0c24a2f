"""What each kind of task does; add yours to `WORK`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256

from anyio import to_thread

from app.core.mail import Mail
from app.crud.task import change_task
from app.crud.user import users
from app.dependencies import Resources
from app.models.task import Task, TaskKind
from app.models.user import User

Result = dict[str, str | int]
UPLOAD = "upload"


class GivenUp(Exception):
    """Trying again would not help; the owner of the task reads why."""


@dataclass
class Job:
    """A task at work, and what it works with."""

    resources: Resources
    task: Task

    async def save(self, **values: object) -> bool:
        """Write to the row; return whether this worker may still do so."""
        async with self.resources.sessions.begin() as db:
            return await change_task(db, self.task, **values)

    async def report(self, progress: int) -> None:
        """Say how far it is, in percent."""
        await self.save(progress=progress)


async def send_email(job: Job) -> None:
    """Send a mail to the owner of the task, and to nobody else.

    A worker that dies after the mail server has taken the mail, and before the row says so, sends
    it once more when the task comes again: nothing can do both at once. Both mails have the same
    Message-ID then, by which many servers drop the second.
    """
    resources, task = job.resources, job.task
    async with resources.sessions() as db:
        owner = await users.get(db, User.id == task.owner_id)
    details = task.details
    mail = Mail(owner.email, details["subject"], details["text"], message_id=str(task.id))
    await job.report(50)
    await resources.mailer.send(mail)


async def process_file(job: Job) -> Result:
    """Count what is in a file.

    Raises:
        GivenUp: The file is gone.
    """
    path = job.resources.uploads.path_of(job.task.details[UPLOAD])
    try:
        content = await to_thread.run_sync(path.read_bytes, abandon_on_cancel=True)
    except FileNotFoundError as error:
        raise GivenUp("The file is gone.") from error
    await job.report(50)
    return await to_thread.run_sync(describe, content)


def describe(content: bytes) -> Result:
    """Return the size of a text, and its digest."""
    text = content.decode()
    return {
        "lines": len(text.splitlines()),
        "words": len(text.split()),
        "sha256": sha256(content).hexdigest(),
    }


WORK: dict[TaskKind, Callable[[Job], Awaitable[Result | None]]] = {
    TaskKind.EMAIL: send_email,
    TaskKind.PROCESS_FILE: process_file,
}


async def clean_up(job: Job) -> None:
    """Remove the file of a task that has ended."""
    if name := job.task.details.get(UPLOAD):
        await to_thread.run_sync(job.resources.uploads.remove, name)
