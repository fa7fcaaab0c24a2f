# Needs app/core/mail.py
import pytest

from app.config import Settings
from app.core.mail import Mailer
from tests.core.test_mail import MAIL


@pytest.mark.parametrize("field", ["to", "message_id"])
def test_line_break_in_an_address_or_id_is_refused(settings: Settings, field: str) -> None:
    mail = MAIL._replace(**{field: "ada@example.com\r\nBcc: eve@example.com"})

    with pytest.raises(ValueError, match=r"CR or LF|linefeed"):
        Mailer(settings).write(mail)


def test_nothing_adds_a_recipient_or_a_header(settings: Settings) -> None:
    mail = MAIL._replace(to="eve@x.com, ada@example.com", subject="Hi\r\nBcc: eve@example.com")

    message = Mailer(settings).write(mail)

    assert (message["Subject"], message["Bcc"]) == ("Hi Bcc: eve@example.com", None)
    assert message["To"] == '"eve@x.com, ada"@example.com'
