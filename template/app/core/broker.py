"""The message broker. A message holds the id of a task; its keyword arguments stay in the row."""

from functools import partial
from pathlib import Path
from ssl import CERT_REQUIRED
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from anyio import CapacityLimiter, to_thread
from celery import Celery, signals

from app.config import Settings
from app.core.repeated_errors import RepeatedErrors
from app.core.task_headers import add_headers
from app.core.time_limits import visibility_timeout

log = structlog.get_logger(__name__)


def create_celery(settings: Settings) -> Celery:
    """Return a Celery application that sends messages. It connects when it sends the first one."""
    celery = Celery(settings.celery_queue, set_as_current=False)
    signals.before_task_publish.connect(add_headers)
    url = settings.celery_broker_url.get_secret_value()
    # By default, sending to a broker that is down takes two seconds.
    options: dict[str, str | int] = {"max_retries": 1, "interval_start": 0}
    if url.startswith("redis"):
        options |= {
            "socket_connect_timeout": 1,
            "socket_timeout": 5,
            "visibility_timeout": visibility_timeout(settings),
            # Check for messages of dead workers every ten seconds. The default is every hundred.
            "unacked_restore_throttle": 1,
        }
    if not url:
        url, options = "filesystem://localhost", filesystem_options(settings.celery_folder)
    celery.conf.update(
        accept_content=["json"],
        task_serializer="json",
        broker_url=url,
        broker_use_ssl=tls_options(url),
        broker_transport_options=options,
        broker_connection_timeout=1,
        task_default_queue=settings.celery_queue,
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0},
        task_ignore_result=True,  # the row has the result
    )
    return celery


def tls_options(url: str) -> dict[str, object] | None:
    """Return TLS options that verify the server. Celery does not verify it by default."""
    if url.startswith("rediss:"):
        return {"ssl_cert_reqs": CERT_REQUIRED, "ssl_check_hostname": True}
    if url.startswith("amqps:"):
        return {"cert_reqs": CERT_REQUIRED, "server_hostname": urlsplit(url).hostname}
    return None


def filesystem_options(folder: Path) -> dict[str, str | int]:
    """Create the folders of the filesystem transport and return its options."""
    messages, control = folder / "messages", folder / "control"
    for path in (messages, control):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(control),
    }


class Broker:
    """Sends messages in threads, so that a slow broker does not block the event loop."""

    def __init__(self, settings: Settings) -> None:
        self._celery = create_celery(settings)
        self._threads = CapacityLimiter(4)
        self._repeated_errors = RepeatedErrors()

    async def send(self, name: str, task_id: UUID) -> bool:
        """Send a message to a Celery task. Return False if the broker does not accept it."""
        row_id = str(task_id)
        # Otherwise sending connects to the result backend that CELERY_RESULT_BACKEND may name.
        send = partial(self._celery.send_task, name, [row_id], task_id=row_id, ignore_result=True)
        try:
            await to_thread.run_sync(send, limiter=self._threads)
        except Exception as error:
            if self._repeated_errors.should_log(repr(error)):
                log.exception("message was not sent", task_id=row_id)
            return False
        return True

    async def ping(self) -> None:
        """Connect to the broker.

        Raises:
            OperationalError: If the broker does not answer.
        """
        await to_thread.run_sync(self._connect, limiter=self._threads, abandon_on_cancel=True)

    def _connect(self) -> None:
        with self._celery.connection_for_write() as connection:
            connection.ensure_connection(max_retries=0, timeout=1)

    def close(self) -> None:
        """Close the connections."""
        self._celery.close()
