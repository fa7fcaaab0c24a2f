"""The configuration of workers and of beat."""

from celery import Celery

from app.config import Settings
from app.core.broker import create_celery
from app.core.time_limits import hard_time_limit


def create_worker_app(settings: Settings) -> Celery:
    """Return the Celery application of workers and of beat."""
    celery = create_celery(settings)
    celery.set_current()
    celery.conf.update(
        include=["app.worker.tasks"],
        worker_prefetch_multiplier=1,
        # RabbitMQ delivers the messages of a lost connection again at once.
        worker_cancel_long_running_tasks_on_connection_loss=True,
        # app/jobs/run.py applies the soft limit: asyncio can swallow the exception that Celery
        # raises in a signal handler.
        task_time_limit=hard_time_limit(settings),
        # Retries of one message. The row counts the attempts of its task.
        task_annotations={"*": {"max_retries": settings.task_max_retries}},
        worker_soft_shutdown_timeout=20.0,
        broker_connection_retry_on_startup=True,
        beat_sync_every=1,  # health checks read the age of the schedule file
        beat_schedule={
            "publish-unpublished-tasks": {
                "task": "periodic.publish_unpublished_tasks",
                "schedule": 60,
                "options": {"expires": 60 * 60},  # the queue may be long
            },
            "delete-expired": {
                "task": "periodic.delete_expired",
                "schedule": 60 * 60,
                "options": {"expires": 60 * 60},
            },
        },
    )
    return celery
