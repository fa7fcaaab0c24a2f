"""The way to the Celery workers; a message says only which task to look at."""

from functools import partial
from pathlib import Path
from ssl import CERT_REQUIRED
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from anyio import CapacityLimiter, to_thread
from celery import Celery, signals

from app.config import Settings
from app.core.messages import add_context

RUN_TASK = "run_task"
log = structlog.stdlib.get_logger(__name__)


def create_celery(settings: Settings) -> Celery:
    """Return a Celery application that can send; it connects at first use."""
    celery = Celery(settings.celery_queue, set_as_current=False)
    signals.before_task_publish.connect(add_context)
    url = settings.celery_broker_url.get_secret_value()
    # without these, who sends waits for two seconds where nothing answers
    options: dict[str, str | int] = {"max_retries": 1, "interval_start": 0}
    if url.startswith("redis"):
        options |= {
            "socket_connect_timeout": 1,
            "socket_timeout": 5,
            "visibility_timeout": settings.celery_visibility_timeout_seconds,
            # look for messages of dead workers every ten seconds, not every hundred
            "unacked_restore_throttle": 1,
        }
    if not url:
        url, options = "filesystem://localhost", make_folders(settings.celery_folder)
    celery.conf.update(
        accept_content=["json"],
        task_serializer="json",
        result_serializer="json",
        broker_url=url,
        broker_use_ssl=verify_server(url),
        broker_transport_options=options,
        broker_connection_timeout=1,
        task_default_queue=settings.celery_queue,
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0},
        task_ignore_result=True,
    )
    return celery


def verify_server(url: str) -> dict[str, object] | None:
    """Return how TLS makes sure who the server is; without it, Celery asks no one for proof."""
    if url.startswith("rediss:"):
        return {"ssl_cert_reqs": CERT_REQUIRED, "ssl_check_hostname": True}
    if url.startswith("amqps:"):
        return {"cert_reqs": CERT_REQUIRED, "server_hostname": urlsplit(url).hostname}
    return None


def make_folders(folder: Path) -> dict[str, str | int]:
    """Return where messages lie when no server keeps them."""
    messages, control = folder / "messages", folder / "control"
    for needed in (messages, control):
        needed.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(control),
    }


class Broker:
    """Sends off the event loop: a broker that does not answer must not hold up requests."""

    def __init__(self, settings: Settings) -> None:
        self._celery = create_celery(settings)
        self._threads = CapacityLimiter(4)

    async def send(self, task_id: UUID) -> None:
        """Tell the workers of a task; where that fails, the sweeper will do it."""
        send = partial(self._celery.send_task, RUN_TASK, [str(task_id)])
        try:
            await to_thread.run_sync(send, limiter=self._threads)
        except Exception:
            log.exception("the broker does not take a message", task_id=str(task_id))

    async def ask(self) -> None:
        """Ask the broker for an answer."""
        await to_thread.run_sync(self._connect, limiter=self._threads, abandon_on_cancel=True)

    def _connect(self) -> None:
        with self._celery.connection_for_write() as connection:
            connection.ensure_connection(max_retries=0, timeout=1)

    def close(self) -> None:
        """Disconnect."""
        self._celery.close()
