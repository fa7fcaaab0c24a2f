"""Send e-mails over SMTP; without an SMTP server, write them to the log."""

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import NamedTuple
from uuid import uuid4

import aiosmtplib
import idna
import structlog

from app.config import Settings
from app.exceptions import MailRejected, ServiceUnavailable

FIRST_PERMANENT_CODE = 500

log = structlog.get_logger(__name__)


class Mail(NamedTuple):
    """An e-mail to send.

    Pass a `message_id`, such as the id of a row, if the same e-mail may be sent twice: mail servers
    recognize duplicates by it.
    """

    to: str
    subject: str
    text: str
    message_id: str | None = None


class Mailer:
    """Sends e-mails, each over its own SMTP connection."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sender = Address(settings.mail_from.name, addr_spec=settings.mail_from.email)

    def create_message(self, mail: Mail) -> EmailMessage:
        """Return the message of an e-mail; its values cannot add recipients or headers.

        Raises:
            ValueError: If the address or the message id contains a line break, or IDNA has no form
                of the domain.
        """
        message = EmailMessage()
        user, _, domain = mail.to.rpartition("@")
        if not domain.isascii():  # not every mail server supports SMTPUTF8
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
        """Send an e-mail, or write it to the log if `SMTP_HOST` is not set.

        Raises:
            ValueError: If the address or the message id contains a line break, or IDNA has no form
                of the domain.
            MailRejected: If the server rejects the e-mail for good; do not send it again.
            ServiceUnavailable: If the server does not respond, or does not accept the e-mail now.
        """
        settings, message = self._settings, self.create_message(mail)
        if not settings.smtp_host:
            log.info("e-mail not sent: no SMTP_HOST", **mail._asdict())
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
            log.warning("e-mail not sent", cause=f"{type(error).__name__}: {error}")
            if is_permanent(error):
                raise MailRejected from error
            raise ServiceUnavailable("The mail server did not accept the e-mail.") from error


def is_permanent(error: Exception) -> bool:
    """Return whether the server rejects the recipient or the text of the e-mail for good.

    Its code is 500 or more then (RFC 5321, 4.2.1). Other errors, such as a wrong password or a
    refused sender, are mistakes in the settings or of the server, which can be corrected.
    """
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(is_permanent(refused) for refused in error.recipients)
    if isinstance(error, (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError)):
        return error.code >= FIRST_PERMANENT_CODE
    return False
