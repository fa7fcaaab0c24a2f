# Needs app/core/mail.py
import ssl

import pytest

from app.config import Settings
from app.core.mail import Mailer
from app.exceptions import ServiceUnavailable
from tests.core.test_mail import MAIL, send, tls
from tests.smtp import MailServer

__all__ = ["tls"]


@pytest.mark.parametrize("field", ["to", "message_id"])
def test_line_break_in_an_address_or_id_is_rejected(settings: Settings, field: str) -> None:
    mail = MAIL._replace(**{field: "ada@example.com\r\nBcc: eve@example.com"})

    with pytest.raises(ValueError, match=r"CR or LF|linefeed"):
        Mailer(settings).create_message(mail)


def test_values_cannot_add_recipients_or_headers(settings: Settings) -> None:
    mail = MAIL._replace(to="eve@x.com, ada@example.com", subject="Hi\r\nBcc: eve@example.com")

    message = Mailer(settings).create_message(mail)

    assert (message["Subject"], message["Bcc"]) == ("Hi Bcc: eve@example.com", None)
    assert message["To"] == '"eve@x.com, ada"@example.com'


async def test_untrusted_certificate_is_rejected(
    settings: Settings, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    server = MailServer(tls)

    with pytest.raises(ServiceUnavailable):
        await send(settings, server)

    assert server.mails == []


def test_international_domain_is_encoded(settings: Settings) -> None:
    message = Mailer(settings).create_message(MAIL._replace(to="ada@exämple.com"))

    assert message["To"] == "ada@xn--exmple-cua.com"
