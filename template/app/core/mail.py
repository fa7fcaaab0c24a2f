"""Mails, sent over SMTP, or shown in the log where no server is named."""

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import NamedTuple
from uuid import uuid4

import aiosmtplib
import idna
import structlog

from app.config import Settings
from app.exceptions import ServiceUnavailable

log = structlog.stdlib.get_logger(__name__)


class Mail(NamedTuple):
    """What to send to whom; what is sent again keeps its `message_id`, such as the id of a row."""

    to: str
    subject: str
    text: str
    message_id: str | None = None


class Mailer:
    """Sends mails, each over a connection of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sender = Address(settings.mail_from.name, addr_spec=settings.mail_from.email)

    def write(self, mail: Mail) -> EmailMessage:
        """Return a mail as it is sent; nothing in it can add a recipient or a header.

        Raises:
            ValueError: The address or the id has a line break.
        """
        message = EmailMessage()
        user, _, domain = mail.to.rpartition("@")
        if not domain.isascii():  # not every server takes other names
            domain = idna.encode(domain, uts46=True).decode()
        message["From"] = self._sender
        message["To"] = Address(username=user, domain=domain)
        message["Subject"] = " ".join(mail.subject.split())
        message["Date"] = datetime.now(UTC)
        message["Message-ID"] = f"<{mail.message_id or uuid4()}@{self._sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        return message

    async def send(self, mail: Mail) -> None:
        """Send a mail; without a server, show it in the log.

        Raises:
            ServiceUnavailable: The server does not answer, or does not take the mail.
        """
        settings, message = self._settings, self.write(mail)
        if not settings.smtp_host:
            log.info("mail, not sent", to=mail.to, subject=mail.subject, text=mail.text)
            return
        try:
            await aiosmtplib.send(
                message,
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_user or None,
                password=settings.smtp_password.get_secret_value(),
                use_tls=settings.smtp_security == "tls",
                start_tls=settings.smtp_security == "starttls",
                timeout=settings.smtp_timeout_seconds,
            )
        except (OSError, aiosmtplib.SMTPException) as error:
            raise ServiceUnavailable("The mail server does not take the mail.") from error
