"""Celery tasks: one for each kind of task, and the periodic ones."""

from celery import shared_task

from app.jobs.cleanup import delete_expired
from app.jobs.process_file import process_file
from app.jobs.publish import publish_pending_tasks
from app.jobs.send_email import send_email
from app.models.task import TaskKind
from app.worker.process import process
from app.worker.task import DatabaseTask


@shared_task(bind=True, base=DatabaseTask, name=TaskKind.SEND_EMAIL.value)
def send_email_task(self: DatabaseTask, task_id: str) -> None:
    """Send an e-mail."""
    self.run_coroutine(send_email, task_id)


@shared_task(bind=True, base=DatabaseTask, name=TaskKind.PROCESS_FILE.value)
def process_file_task(self: DatabaseTask, task_id: str) -> None:
    """Process an uploaded file."""
    self.run_coroutine(process_file, task_id)


@shared_task(name="publish_pending_tasks", ignore_result=True)
def publish_pending_tasks_task() -> None:
    """Publish tasks again if their message was not sent or is lost."""
    process.run(publish_pending_tasks(process.state))


@shared_task(name="delete_expired", ignore_result=True)
def delete_expired_task() -> None:
    """Delete expired rows and files."""
    process.run(delete_expired(process.state))
