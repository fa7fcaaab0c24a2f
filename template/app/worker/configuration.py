"""How workers behave: nothing is lost with them, and nothing holds them for ever."""

from celery import Celery

from app.config import Settings
from app.core.broker import create_celery, verify_server
from app.jobs.queue import SWEEP_EVERY

GRACE = 30  # seconds between the limit of a task and the end of its process; so says app/config.py


def create_worker(settings: Settings) -> Celery:
    """Return the application of worker and beat."""
    celery = create_celery(settings)
    celery.set_current()
    results = find_result_backend(settings)
    celery.conf.update(
        include=["app.worker.tasks"],
        result_backend=results,
        redis_backend_use_ssl=verify_server(results or ""),
        result_expires=24 * 60 * 60,
        task_ignore_result=False,
        task_track_started=True,
        # a message is gone only after its task has ended, even if the process dies meanwhile
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        # work has a limit of its own; this one ends a process that does not obey
        task_time_limit=settings.task_time_limit_seconds + GRACE,
        worker_soft_shutdown_timeout=20.0,
        broker_connection_retry_on_startup=True,
        beat_sync_every=1,  # the age of its file tells that beat lives
        beat_schedule={
            "sweep": {"task": "sweep", "schedule": SWEEP_EVERY, "options": {"expires": 60}},
            "clean": {"task": "clean", "schedule": 60 * 60, "options": {"expires": 60 * 60}},
        },
    )
    return celery


def find_result_backend(settings: Settings) -> str | None:
    """Return where Celery keeps results; the tasks' own rows do not need it."""
    if chosen := settings.celery_result_backend.get_secret_value():
        return chosen
    if settings.celery_broker_url.get_secret_value():
        return None
    return f"db+sqlite:///{settings.celery_folder / 'results.db'}"
