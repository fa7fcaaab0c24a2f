# Needs app/worker
"""The Celery application of the tests with a hard time limit of two seconds."""

from tests.worker.celery_app import celery_app

celery_app.conf.task_time_limit = 2
