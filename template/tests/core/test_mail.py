import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from aiosmtpd.smtp import LoginPassword
from aiosmtplib import SMTPAuthenticationError, SMTPRecipientRefused, SMTPRecipientsRefused
from pydantic import SecretStr
from structlog.testing import capture_logs

from app.config import Settings
from app.core.mail import Mail, Mailer, is_permanent
from app.exceptions import MailRejected, ServiceUnavailable
from tests.servers import settings_error
from tests.smtp import CLOSED, MailServer

MAIL = Mail("ada@example.com", "Grüße", "Hallo Ada,\nwie geht es?\n", message_id="42")


async def send(settings: Settings, server: MailServer, **changes: object) -> None:
    async with server.run():
        await Mailer(settings.model_copy(update=server.settings | changes)).send(MAIL)


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return the TLS context of a server with a certificate that clients in this process trust."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def test_mail_is_delivered(settings: Settings) -> None:
    server = MailServer()

    await send(settings, server)

    [mail] = server.mails
    assert server.recipients == ["ada@example.com"]
    assert (mail["To"], mail["Subject"]) == ("ada@example.com", "Grüße")
    assert mail["From"].addresses[0].addr_spec == "noreply@example.com"
    assert (mail["Message-ID"], mail["Auto-Submitted"]) == ("<42@example.com>", "auto-generated")
    assert abs(datetime.now(UTC) - mail["Date"].datetime) < timedelta(minutes=1)
    assert mail.get_content().splitlines() == MAIL.text.splitlines()


async def test_password_is_sent_over_tls_to_a_server_with_a_trusted_certificate(
    settings: Settings, tls: ssl.SSLContext
) -> None:
    server = MailServer(tls)

    await send(settings, server, smtp_user="app", smtp_password=SecretStr("secret"))

    assert len(server.mails) == 1
    assert server.passwords == [LoginPassword(b"app", b"secret")]


@pytest.mark.parametrize(
    ("server", "changes"),
    [
        (MailServer(), CLOSED),
        (MailServer(), {"smtp_security": "starttls"}),  # not offered by the server
        (MailServer(rejection="451 try again later"), {}),
    ],
)
async def test_undelivered_mail_raises_service_unavailable(
    settings: Settings, server: MailServer, changes: dict[str, object]
) -> None:
    with pytest.raises(ServiceUnavailable):
        await send(settings, server, **changes)

    assert server.mails == []


async def test_mail_that_the_server_rejects_for_good_is_not_sent_again(settings: Settings) -> None:
    with pytest.raises(MailRejected):
        await send(settings, MailServer(rejection="550 no such user"))


@pytest.mark.parametrize(
    ("codes", "expected"), [([550], True), ([450], False), ([550, 450], False)]
)
def test_refused_recipients_are_permanent_if_every_one_is(
    codes: list[int], *, expected: bool
) -> None:
    refused = [SMTPRecipientRefused(code, "reason", "ada@example.com") for code in codes]

    assert is_permanent(SMTPRecipientsRefused(refused)) is expected


def test_wrong_password_of_the_application_does_not_reject_the_mail_for_good() -> None:
    assert not is_permanent(SMTPAuthenticationError(535, "authentication failed"))


async def test_mail_is_logged_without_a_server(settings: Settings) -> None:
    with capture_logs() as lines:
        await Mailer(settings).send(MAIL)

    assert (lines[0]["to"], lines[0]["text"]) == (MAIL.to, MAIL.text)


def test_production_requires_a_mail_server_and_encryption_of_its_password(
    settings: Settings,
) -> None:
    unsafe = {"environment": "production", "smtp_password": "secret", "smtp_security": "none"}

    reason = settings_error(settings, **unsafe)

    for name in ("SMTP_HOST", "MAIL_FROM", "SMTP_SECURITY"):
        assert name in reason


@pytest.mark.parametrize("name", ["smtp_user", "smtp_password"])
def test_user_and_password_belong_together(settings: Settings, name: str) -> None:
    reason = settings_error(settings, **{name: "app"})

    assert "SMTP_USER and SMTP_PASSWORD must be set together" in reason


@pytest.mark.parametrize("security", ["starttls", "none"])
def test_port_465_requires_tls(settings: Settings, security: str) -> None:
    reason = settings_error(settings, smtp_port=465, smtp_security=security)

    assert "SMTP_SECURITY must be tls for SMTP_PORT=465" in reason
