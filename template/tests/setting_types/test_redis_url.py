import string

import pytest
from pydantic import SecretStr
from redis.asyncio import ConnectionPool

from app.config import Settings
from app.setting_types.redis_url import normalize_redis_url


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("redis://localhost", "redis://localhost"),
        (" 'redis://:secret@host:6379/2' ", "redis://:secret@host:6379/2"),
        (
            "rediss://a:b@host:6380?ssl_cert_reqs=CERT_NONE",
            "rediss://a:b@host:6380?ssl_cert_reqs=none",
        ),
        ("rediss://host?ssl_cert_reqs=required", "rediss://host?ssl_cert_reqs=required"),
        ("unix:///run/redis.sock?db=1", "unix:///run/redis.sock?db=1"),
        ("REDIS://localhost", "redis://localhost"),
        ("valkey://host:6379/0", "redis://host:6379/0"),
        ("valkeys://:secret@host", "rediss://:secret@host"),
        ("redis://host/0?family=0&decode_responses=true&db=1", "redis://host/0?db=1"),
        ("redis://[::1]:6379/0", "redis://[::1]:6379/0"),
    ],
)
def test_urls_are_normalized(written: str, expected: str) -> None:
    assert normalize_redis_url(SecretStr(written)).get_secret_value() == expected


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("localhost:6379", "must be a URL like redis://"),
        ("http://localhost:6379", "must be a URL like redis://"),
        ("redis://:a#b@localhost", "%23 for #"),
        ("redis://localhost:port", "must be a URL like redis://"),
        ("redis://localhost/cache", "number of a database"),
        ("redis://$HOST:6379", "must be a URL like redis://"),
        ("redis+sentinel://a:26379/main", "must be a URL like redis://"),
        ("redis://a:6379,b:6379", "must be a URL like redis://"),
        ("redis://localhost?pool=5", "does not accept: got an unexpected keyword argument 'pool'"),
        ("redis://localhost?socket_timeout=x", "parameter that redis-py does not accept"),
        ("rediss://localhost?ssl_ca_certs=/missing", "ssl_ca_certs that names no file"),
        ("rediss://localhost?ssl_cert_reqs=maybe", "unknown ssl_cert_reqs"),
    ],
)
def test_wrong_urls_are_rejected_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        normalize_redis_url(SecretStr(written))


def test_urls_are_joined_from_parts_with_any_password(settings: Settings) -> None:
    parts = {"redis_host": "redis", "redis_password": string.printable[:95]}
    names = {"redis_url", "celery_broker_url"} & settings.model_dump().keys()

    joined = Settings.model_validate(settings.model_dump() | dict.fromkeys(names, "") | parts)

    for name in names:
        pool = ConnectionPool.from_url(getattr(joined, name).get_secret_value())
        found = pool.connection_kwargs
        assert (found["host"], found["password"]) == ("redis", string.printable[:95])
