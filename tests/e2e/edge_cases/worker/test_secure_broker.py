# Needs app/worker app/core/mail.py
import ssl
from collections.abc import Generator
from pathlib import Path
from socket import create_server
from threading import Thread

import pytest
import trustme
from pydantic import SecretStr

from app.config import Settings
from app.core.broker import Broker, create_celery
from app.dependencies import AppState
from tests.tasks import add_file_task


@pytest.fixture
def imposter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[tuple[int, list[bytes]]]:
    """Yield the port of a server with the good certificate of another, and what it was told."""
    authority, told = trustme.CA(), list[bytes]()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("other.example.com").configure_cert(context)

    def listen() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(client, server_side=True) as secure:
                    secure.settimeout(2)
                    told.append(secure.recv(100))
            except OSError:
                client.close()

    with create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=listen, daemon=True)
        thread.start()
        yield listener.getsockname()[1], told
        listener.shutdown(2)
    thread.join(5)


@pytest.mark.parametrize("scheme", ["rediss", "amqps"])
def test_password_is_not_sent_to_a_server_with_another_name(
    settings: Settings, imposter: tuple[int, list[bytes]], scheme: str
) -> None:
    port, told = imposter
    url = SecretStr(f"{scheme}://app:secret@127.0.0.1:{port}/0")
    celery = create_celery(settings.model_copy(update={"celery_broker_url": url}))

    with pytest.raises(Exception, match=r"CERTIFICATE_VERIFY_FAILED|certificate verify failed"):
        celery.send_task("anything")

    assert not any(told)


async def test_message_that_the_broker_rejects_fails_no_request(
    settings: Settings, state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("ACCESS_REFUSED")

    monkeypatch.setattr("celery.Celery.send_task", refuse)

    task = await add_file_task(state)

    assert not await Broker(settings).send(task.kind, task.id)
