import pytest

from app.config import Settings
from app.setting_types.smtp_url import SmtpServer, parse_smtp_url


@pytest.mark.parametrize(
    ("written", "server"),
    [
        ("smtp://u:p@host:587", SmtpServer("host", 587, "u", "p", "starttls")),
        ("smtp://u%40a.org:p%2F@host", SmtpServer("host", 587, "u@a.org", "p/", "starttls")),
        ("SMTPS://u:p@host/", SmtpServer("host", 465, "u", "p", "tls")),
        ("smtp://host:465", SmtpServer("host", 465, "", "", "tls")),
        ("smtps://host:587", SmtpServer("host", 587, "", "", "starttls")),
        ("smtps://host:4650", SmtpServer("host", 4650, "", "", "tls")),
        ("smtp+ssl://host", SmtpServer("host", 465, "", "", "tls")),
        ("smtp+tls://host", SmtpServer("host", 587, "", "", "starttls")),
        ("smtp://localhost:1025?security=none", SmtpServer("localhost", 1025, "", "", "none")),
        ("smtp://host?security=TLS", SmtpServer("host", 465, "", "", "tls")),
    ],
)
def test_url_has_the_parts_of_a_server(written: str, server: SmtpServer) -> None:
    assert parse_smtp_url(written) == server


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("host:587", "must be a URL like smtp://"),
        ("http://host", "must be a URL like smtp://"),
        ("smtp://", "must be a URL like smtp://"),
        ("smtp://host:port", "must be a URL like smtp://"),
        ("smtp://host:0", "must be a URL like smtp://"),
        ("smtp://u:p@ss@host", "%40 for @"),
        ("smtp://u:p/s@host", "%2F for /"),
        ("smtp://host/inbox", "must be a URL like smtp://"),
        ("smtp://u@host", "needs a user and a password"),
        ("smtp://host?verify_peer=0", r"may only have the parameter security: \?security=starttls"),
        ("smtp://host?security=ssl", r"\?security=starttls, tls or none"),
    ],
)
def test_wrong_url_is_rejected_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_smtp_url(written)


def test_url_replaces_the_parts(settings: Settings) -> None:
    url = {"smtp_host": "other", "smtp_url": "smtps://u:secret@smtp.example.org"}

    joined = Settings.model_validate(settings.model_dump() | url)

    assert (joined.smtp_host, joined.smtp_port, joined.smtp_user) == ("smtp.example.org", 465, "u")
    assert (joined.smtp_password.get_secret_value(), joined.smtp_security) == ("secret", "tls")
