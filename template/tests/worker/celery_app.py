"""The Celery application with a short visibility timeout, so that tests do not wait for long."""

from app.worker.celery_app import celery_app

__all__ = ["celery_app"]

celery_app.conf.broker_transport_options |= {"visibility_timeout": 2}
