"""The job that sends an e-mail."""

from app.core.mail import Mail
from app.crud.user import users
from app.dependencies import AppState
from app.exceptions import MailRejected
from app.jobs.job import TaskFailed, set_progress
from app.models.task import Task


async def send_email(state: AppState, task: Task, *, subject: str, text: str) -> None:
    """Send an e-mail to the owner of the task.

    If an error, a time limit or a kill follows after the mail server has accepted the e-mail and
    before the result is stored, the e-mail is sent again with the same Message-ID.

    Raises:
        TaskFailed: If the mail server rejects the e-mail for good.
    """
    async with state.sessionmaker() as db:
        owner = await users.get(db, id=task.owner_id)
    await set_progress(state, task, 50)
    mail = Mail(owner.email, subject, text, message_id=str(task.id))
    try:
        await state.mailer.send(mail)
    except MailRejected as error:
        raise TaskFailed(error.detail) from error
