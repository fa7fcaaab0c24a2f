import ssl
import string
from pathlib import Path
from unittest.mock import ANY

import pytest
from sqlalchemy import make_url

from app.config import Settings
from app.setting_types.postgres_url import TRANSACTION_POOLING, parse_database_url

APP = "postgresql+asyncpg://app:secret@db.example.com/app"
POOLED_WITHOUT_TLS = {**TRANSACTION_POOLING, "dsn": "postgresql://?sslmode=disable"}


@pytest.mark.parametrize(
    ("written", "url", "arguments"),
    [
        ("postgres://app:secret@db.example.com/app", APP, {}),
        ("postgresql://app:secret@db.example.com/app", APP, {}),
        ("postgresql+psycopg2://app:secret@db.example.com/app", APP, {}),
        ("postgresql+psycopg://app:secret@db.example.com/app", APP, {}),
        (f" '{APP}' ", APP, {}),
        (f"{APP}?sslmode=require", APP, {"dsn": "postgresql://?sslmode=require"}),
        (APP.replace("postgresql", "PostgreSQL"), APP, {}),
        (f"{APP}/", APP, {}),
        (f"{APP}?sslmode=no-verify", APP, {"dsn": "postgresql://?sslmode=require"}),
        (f"{APP}?sslmode=require&ssl=false", APP, {"dsn": "postgresql://?sslmode=require"}),
        (f"{APP}?serverVersion=16&charset=utf8&pool_size=5", APP, {}),
        (f"{APP}?ssl=true", APP, {"dsn": "postgresql://?sslmode=require"}),
        (f"{APP}?channel_binding=require&gssencmode=disable", APP, {}),
        (f"{APP}?connect_timeout=5", APP, {"timeout": 5}),
        (f"{APP}?connect_timeout=0", APP, {"timeout": None}),
        (f"{APP}?prepared_statement_cache_size=0", APP, {"prepared_statement_cache_size": 0}),
        (f"{APP}?application_name=a@b", APP, {"dsn": "postgresql://?application_name=a%40b"}),
        (f"{APP}?pgbouncer=true&connection_limit=1", APP, TRANSACTION_POOLING),
        (f"{APP}?sslmode=disable&prepareThreshold=0", APP, POOLED_WITHOUT_TLS),
        (f"{APP}?binary_parameters=yes", APP, TRANSACTION_POOLING),
        (f"{APP}?pgbouncer=false&supa=base-pooler.x", APP, {}),
        (f"{APP}?schema=sales", APP, {"dsn": "postgresql://?search_path=sales"}),
        (f"{APP}?options=-c%20jit%3Doff", APP, {"dsn": "postgresql://?options=-c+jit%3Doff"}),
        (
            "postgres://app:s%40%2F@[2001:db8::1]:5433/app",
            "postgresql+asyncpg://app:s%40%2F@[2001:db8::1]:5433/app",
            {},
        ),
        (
            "postgres://app:secret@localhost/app?host=/cloudsql/project:region:name",
            "postgresql+asyncpg://app:secret@/app",
            {"dsn": "postgresql://?host=%2Fcloudsql%2Fproject%3Aregion%3Aname"},
        ),
        (
            "postgres://app:secret@%2Fvar%2Frun%2Fpostgresql/app",
            "postgresql+asyncpg://app:secret@/app",
            {"dsn": "postgresql://?host=%2Fvar%2Frun%2Fpostgresql"},
        ),
        (
            "postgres://app:secret@a:5432,b:5433/app?target_session_attrs=read-write",
            "postgresql+asyncpg://app:secret@/app",
            {"dsn": "postgresql://?target_session_attrs=read-write&host=a%3A5432%2Cb%3A5433"},
        ),
        ("postgres://app:secret@db.example.com:/app", APP, {}),
        (
            "postgres://app@server:secret@server.postgres.database.azure.com/app",
            "postgresql+asyncpg://app%40server:secret@server.postgres.database.azure.com/app",
            {},
        ),
        ("postgres://app:/secret@db.example.com/app", APP.replace(":secret", ":%2Fsecret"), {}),
        ("postgres://db.example.com/other?user=app&password=secret&dbname=app", APP, {}),
        ("postgres://root:root@db.example.com/app?user=app&password=secret", APP, {}),
        (f"{APP}?port=6543", APP.replace(".com/", ".com:6543/"), {}),
        (
            "postgres://app:secret@other/app?host=a,b&port=5433",
            "postgresql+asyncpg://app:secret@/app",
            {"dsn": "postgresql://?host=a%2Cb&port=5433"},
        ),
        (
            "postgres://app:secret@[::1]:5432,[2001:db8::1]/app",
            "postgresql+asyncpg://app:secret@/app",
            {"dsn": "postgresql://?host=%5B%3A%3A1%5D%3A5432%2C%5B2001%3Adb8%3A%3A1%5D"},
        ),
        (
            "postgresql+pg8000://app:secret@/app?unix_sock=/cloudsql/a:b:c/.s.PGSQL.5432",
            "postgresql+asyncpg://app:secret@/app",
            {"dsn": "postgresql://?host=%2Fcloudsql%2Fa%3Ab%3Ac%2F.s.PGSQL.5432"},
        ),
        (f"{APP}?ssl_mode=VERIFY_CA&sslmode=REQUIRED", APP, {"ssl": ANY}),
        (
            f"{APP}?ssl=%7B%22rejectUnauthorized%22:%20false%7D",
            APP,
            {"dsn": "postgresql://?sslmode=require"},
        ),
        (f"{APP}?pgbouncer=True", APP, TRANSACTION_POOLING),
        (f"{APP}?default_query_exec_mode=simple_protocol", APP, TRANSACTION_POOLING),
        (
            "postgres://app.x:secret@eu.pooler.supabase.com:6543/postgres",
            "postgresql+asyncpg://app.x:secret@eu.pooler.supabase.com:6543/postgres",
            TRANSACTION_POOLING,
        ),
        (f"{APP}?TimeZone=UTC&my.tenant=1", APP, {"dsn": "postgresql://?TimeZone=UTC&my.tenant=1"}),
    ],
)
def test_urls_are_translated(written: str, url: str, arguments: dict[str, object]) -> None:
    parsed, found = parse_database_url(written)

    assert (parsed.render_as_string(hide_password=False), found) == (url, arguments)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("oracle://app@localhost/app", "must be a URL like postgresql://"),
        ("jdbc:postgresql://localhost/app", "must be a URL like postgresql://"),
        ("host=localhost dbname=app", "must be a URL like postgresql://"),
        ("postgres://app:s@cret@localhost/app", "%40 for @"),
        ("postgres://localhost:none/app", "must be a URL like postgresql://"),
        (f"{APP}?sslmode=always", "unknown sslmode"),
        (f"{APP}?sslrootcert=/missing.pem", "sslrootcert that names no file"),
        (f"{APP}?statement_cache_size=-1", "statement_cache_size that is no number"),
        ("postgres://app@$HOST/app", "must be a URL like postgresql://"),
        ("postgres://app@db..example.com/app", "must be a URL like postgresql://"),
        ("postgres://app@a,b:none/app", "names b:none, which is no host"),
        ("postgres://app@[::1]:x,[::2]/app", "which is no host with a port"),
        (f"{APP}?port=99999", "parameter port that is no port"),
        (f"{APP}?service=production&servicefile=/missing", "names no section of /missing"),
        (f"{APP}?target_session_attrs=master", "use one of any, primary, standby"),
        ("postgresql://app@/app?host=a,b&port=1,2,3", "not as many ports as hosts"),
        (f"{APP}?statement_timout=5", "not supported: remove statement_timout"),
        (f"{APP}?connect_timeout=soon", "connect_timeout that is no number"),
    ],
)
def test_wrong_urls_are_rejected_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_database_url(written)


@pytest.mark.parametrize(
    ("parameters", "checks_name"),
    [
        ("sslmode=verify-full", True),
        ("sslmode=verify-ca", False),
        ("sslmode=verify-full&sslrootcert=system", True),
    ],
)
def test_certificates_are_verified_with_the_authorities_of_the_system(
    parameters: str, *, checks_name: bool
) -> None:
    arguments = parse_database_url(f"{APP}?{parameters}")[1]

    assert arguments["ssl"].verify_mode is ssl.CERT_REQUIRED
    assert arguments["ssl"].check_hostname is checks_name


def test_authorities_of_a_file_are_left_to_asyncpg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "root.pem"
    file.touch()
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_: None)

    arguments = parse_database_url(f"{APP}?sslmode=verify-full&sslrootcert={file}")[1]

    assert "ssl" not in arguments
    assert "verify-full" in arguments["dsn"]


@pytest.mark.parametrize("parameter", ["sslrootcert", "sslcert"])
def test_files_without_a_certificate_are_rejected(parameter: str) -> None:
    with pytest.raises(ValueError, match="certificate or key that cannot be read"):
        parse_database_url(f"{APP}?sslmode=require&{parameter}={__file__}")


def test_service_is_left_to_asyncpg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "services.conf"
    file.write_text("[production]\nhost=db.example.com\nuser=app\n")
    monkeypatch.setenv("PGSERVICEFILE", str(file))

    arguments = parse_database_url("postgresql://?service=production")[1]

    assert arguments == {"dsn": "postgresql://?service=production", "servicefile": str(file)}


def test_url_is_joined_from_parts_with_a_socket(settings: Settings) -> None:
    parts = {"database_url": "", "postgres_host": "/cloudsql/a:b:c", "postgres_password": "secret"}

    joined = Settings.model_validate(settings.model_dump() | parts)

    url, arguments = parse_database_url(joined.database_url.get_secret_value())
    assert url.render_as_string(hide_password=False) == "postgresql+asyncpg://app:secret@/app"
    assert arguments == {"dsn": "postgresql://?host=%2Fcloudsql%2Fa%3Ab%3Ac&port=5432"}


def test_url_is_joined_from_parts_with_any_password(settings: Settings) -> None:
    parts = {"database_url": "", "postgres_host": "db", "postgres_password": string.printable[:95]}

    joined = Settings.model_validate(settings.model_dump() | parts)

    url = make_url(joined.database_url.get_secret_value())
    assert (url.host, url.database, url.password) == ("db", "app", string.printable[:95])
