import ssl
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr, ValidationError
from structlog.testing import capture_logs

from app.config import Settings
from app.core.mail import Mail, Mailer
from app.exceptions import ServiceUnavailable
from tests.smtp import CLOSED, MailServer

MAIL = Mail("ada@example.com", "Grüße", "Hallo Ada,\nwie geht es?\n", message_id="42")


def make_mailer(settings: Settings, changes: dict[str, object]) -> Mailer:
    return Mailer(settings.model_copy(update=changes))


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return the context of a server whose certificate this process trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def test_mail_arrives(settings: Settings) -> None:
    async with MailServer().run() as server:
        await make_mailer(settings, server.settings).send(MAIL)

    [mail] = server.mails
    assert server.recipients == ["ada@example.com"]
    assert (mail["To"], mail["Subject"]) == ("ada@example.com", "Grüße")
    assert mail["From"].addresses[0].addr_spec == "noreply@example.com"
    assert mail["Message-ID"] == "<42@example.com>"
    assert mail.get_content().splitlines() == MAIL.text.splitlines()


async def test_password_is_sent_encrypted_to_a_server_that_proves_its_name(
    settings: Settings, tls: ssl.SSLContext
) -> None:
    login = {"smtp_user": "app", "smtp_password": SecretStr("secret")}

    async with MailServer(tls).run() as server:
        await make_mailer(settings, server.settings | login).send(MAIL)

    assert len(server.mails) == 1
    assert server.passwords == ["\0app\0secret"]


async def test_nothing_is_sent_to_a_server_that_does_not_prove_its_name(
    settings: Settings, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    async with MailServer(tls).run() as server:
        with pytest.raises(ServiceUnavailable):
            await make_mailer(settings, server.settings).send(MAIL)

    assert server.mails == []


async def test_nothing_is_sent_to_a_server_that_does_not_encrypt(settings: Settings) -> None:
    async with MailServer().run() as server:
        with pytest.raises(ServiceUnavailable):
            await make_mailer(settings, server.settings | {"smtp_security": "starttls"}).send(MAIL)

    assert server.mails == []


async def test_refusal_and_silence_are_one_error(settings: Settings) -> None:
    async with MailServer(refuses=True).run() as server:
        for changes in (server.settings, CLOSED):
            with pytest.raises(ServiceUnavailable):
                await make_mailer(settings, changes).send(MAIL)


@pytest.mark.parametrize(
    "mail",
    [
        MAIL._replace(to="ada@example.com\r\nBcc: eve@example.com"),
        MAIL._replace(message_id="42>\r\nBcc: eve@example.com"),
    ],
)
async def test_line_break_in_an_address_or_id_is_refused(settings: Settings, mail: Mail) -> None:
    with pytest.raises(ValueError, match=r"CR or LF|linefeed"):
        await make_mailer(settings, CLOSED).send(mail)


async def test_nothing_adds_a_recipient_or_a_header(settings: Settings) -> None:
    mail = MAIL._replace(to="eve@x.com, ada@example.com", subject="Hi\r\nBcc: eve@example.com")

    async with MailServer().run() as server:
        await make_mailer(settings, server.settings).send(mail)

    [arrived] = server.mails
    assert (arrived["Subject"], arrived["Bcc"]) == ("Hi Bcc: eve@example.com", None)
    assert server.recipients == ['"eve@x.com, ada"@example.com']


async def test_without_a_server_the_log_shows_the_mail(settings: Settings) -> None:
    with capture_logs() as lines:
        await Mailer(settings).send(MAIL)

    assert (lines[0]["to"], lines[0]["text"]) == (MAIL.to, MAIL.text)


def test_production_needs_a_mail_server_and_protects_its_password(settings: Settings) -> None:
    unsafe = {"environment": "production", "smtp_password": "secret", "smtp_security": "none"}

    with pytest.raises(ValidationError) as refusal:
        Settings.model_validate(settings.model_dump() | unsafe)

    for name in ("SMTP_HOST", "MAIL_FROM", "SMTP_SECURITY"):
        assert name in str(refusal.value)
