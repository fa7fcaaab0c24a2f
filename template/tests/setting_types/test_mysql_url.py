import ssl
import string

import pytest
from sqlalchemy import make_url

from app.config import Settings
from app.setting_types.mysql_url import parse_database_url, requires_tls

APP = "mysql+aiomysql://app:secret@db.example.com/app"
DEFAULTS = {"charset": "utf8mb4", "connect_timeout": 10}


@pytest.mark.parametrize(
    ("written", "url", "arguments"),
    [
        ("mysql://app:secret@db.example.com/app", APP, {}),
        ("mysql2://app:secret@db.example.com/app?reconnect=true", APP, {}),
        ("mysql+pymysql://app:secret@db.example.com/app?charset=utf8", APP, {}),
        ("mariadb+mariadbconnector://app:secret@db.example.com/app", APP, {}),
        (f" '{APP}' ", APP, {}),
        (f"{APP}?charset=latin1", APP, {"charset": "latin1"}),
        (f"{APP}?connect_timeout=3", APP, {"connect_timeout": 3}),
        (f"{APP}?unix_socket=/cloudsql/a:b:c", APP, {"unix_socket": "/cloudsql/a:b:c"}),
        (f"{APP}?ssl-mode=DISABLED", APP, {}),
        (f"{APP}/", APP, {}),
        ("mysql://app:secret@db.example.com:/app", APP, {}),
        ("mysql://root@other/app?user=app&password=secret&host=db.example.com", APP, {}),
        (f"{APP}?port=3307", APP.replace(".com/", ".com:3307/"), {}),
        (f"{APP}?socket_timeout=3&autocommit=true&use_unicode=1", APP, {}),
        (
            "mysql://app:s%40@[::1]:3307/app",
            "mysql+aiomysql://app:s%40@[::1]:3307/app",
            {},
        ),
    ],
)
def test_urls_are_translated(written: str, url: str, arguments: dict[str, object]) -> None:
    parsed, found = parse_database_url(written)

    assert parsed.render_as_string(hide_password=False) == url
    assert found == DEFAULTS | arguments


@pytest.mark.parametrize(
    ("parameters", "verification", "checks_name"),
    [
        ("ssl-mode=REQUIRED", ssl.CERT_NONE, False),
        ("ssl_mode=VERIFY_CA", ssl.CERT_REQUIRED, False),
        ("sslmode=verify-full", ssl.CERT_REQUIRED, True),
        ("sslaccept=strict", ssl.CERT_REQUIRED, True),
        ("tls=skip-verify", ssl.CERT_NONE, False),
        ('ssl={"rejectUnauthorized":true}', ssl.CERT_REQUIRED, True),
        ("ssl_verify_cert=true&ssl_verify_identity=true", ssl.CERT_REQUIRED, True),
    ],
)
def test_tls_modes_are_translated(
    parameters: str, verification: ssl.VerifyMode, *, checks_name: bool
) -> None:
    context = parse_database_url(f"{APP}?{parameters}")[1]["ssl"]

    assert (context.verify_mode, context.check_hostname) == (verification, checks_name)


@pytest.mark.parametrize(
    ("parameters", "is_required"),
    [
        ("", False),
        ("ssl-mode=DISABLED", False),
        ("ssl-mode=PREFERRED", False),
        ("ssl-mode=REQUIRED", True),
        ("useSSL=true", True),
        (f"ssl_ca={__file__}", True),
    ],
)
def test_tls_is_required_where_the_url_asks_for_it(parameters: str, *, is_required: bool) -> None:
    assert requires_tls(f"{APP}?{parameters}") is is_required


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("oracle://app@localhost/app", "must be a URL like mysql://"),
        ("mysql://app:s@cret@localhost/app", "%40 for @"),
        ("mysql://app@localhost", "names no database"),
        (f"{APP}?ssl-mode=always", "unknown ssl-mode"),
        (f"{APP}?ssl_ca=/missing.pem", "names no file"),
        (f"{APP}?connect_timeout=soon", "connect_timeout that is no number"),
        (f"{APP}?use_pure=true", "remove use_pure"),
        (f"{APP}?port=x", "host or port that is not valid"),
    ],
)
def test_wrong_urls_are_rejected_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_database_url(written)


def test_url_is_joined_from_parts_with_a_socket(settings: Settings) -> None:
    parts = {"database_url": "", "mysql_host": "/cloudsql/a:b:c", "mysql_password": "secret"}

    joined = Settings.model_validate(settings.model_dump() | parts)

    url, arguments = parse_database_url(joined.database_url.get_secret_value())
    assert url.render_as_string(hide_password=False) == "mysql+aiomysql://app:secret@/app"
    assert arguments["unix_socket"] == "/cloudsql/a:b:c"


def test_url_is_joined_from_parts_with_any_password(settings: Settings) -> None:
    parts = {"database_url": "", "mysql_host": "db", "mysql_password": string.printable[:95]}

    joined = Settings.model_validate(settings.model_dump() | parts)

    url = make_url(joined.database_url.get_secret_value())
    assert (url.host, url.database, url.password) == ("db", "app", string.printable[:95])
