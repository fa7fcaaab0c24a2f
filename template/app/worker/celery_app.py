"""The Celery application that workers and beat load: `celery -A app.worker.celery_app worker`."""

from celery import signals

from app.config import get_settings
from app.core.logging import configure_logging
from app.worker.configuration import create_worker

celery_app = create_worker(get_settings())


@signals.setup_logging.connect
def set_up_logging(**_: object) -> None:
    """Log like the application does."""
    configure_logging(get_settings())
