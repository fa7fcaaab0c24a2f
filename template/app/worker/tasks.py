"""Celery tasks: one for each kind of task, and the periodic ones."""

from celery import shared_task

from app.jobs.cleanup import delete_expired
from app.jobs.process_file import process_file
from app.jobs.publish import publish_unpublished_tasks
from app.jobs.send_email import send_email
from app.models.task import TaskKind
from app.worker.base import BaseTask
from app.worker.process import worker_process


@shared_task(bind=True, base=BaseTask, name=TaskKind.SEND_EMAIL.value)
def send_email_task(self: BaseTask, task_id: str) -> None:
    """Send an e-mail."""
    self.run_job(send_email, task_id)


@shared_task(bind=True, base=BaseTask, name=TaskKind.PROCESS_FILE.value)
def process_file_task(self: BaseTask, task_id: str) -> None:
    """Process an uploaded file."""
    self.run_job(process_file, task_id)


@shared_task(name="publish_unpublished_tasks")
def publish_unpublished_tasks_task() -> None:
    """Publish all queued tasks whose message was not sent, and those of lost workers."""
    worker_process.run(publish_unpublished_tasks(worker_process.state))


@shared_task(name="delete_expired")
def delete_expired_task() -> None:
    """Delete expired rows and files."""
    worker_process.run(delete_expired(worker_process.state))
