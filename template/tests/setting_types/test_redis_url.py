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
        ("redis+tls://host", "rediss://host"),
        ("redis+ssl://host", "rediss://host"),
        ("redis://host?ssl=true", "rediss://host"),
        ("redis://host/1?tls=false", "redis://host/1"),
        ("redis+socket:///run/redis.sock", "unix:///run/redis.sock"),
        ("redis://host?timeout=0.5&protocol=3", "redis://host?timeout=0.5&protocol=3"),
        ("redis://:a,b@host", "redis://:a,b@host"),
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
        ("redis+sentinel://a:26379/main", "Sentinel, a cluster or several servers"),
        ("sentinel://a:26379;sentinel://b:26379", "use one server"),
        ("redis://a?sentinelMasterId=main", "use one server"),
        ("redis-cluster://a:6379", "use one server, or a proxy"),
        ("redis://a:6379,b:6379", "as in redis://"),
        ("redis://:p@a:6379;redis://:p@b:6379", "use one server"),
        ("redis://localhost?pool=5", "not supported: remove pool"),
        ("redis://localhost?retry=3", "not supported: remove retry"),
        ("redis://localhost?credential_provider=x", "remove credential_provider"),
        ("redis://localhost?socket_timeout=-1", "does not accept: socket_timeout must be above 0"),
        ("redis://localhost?max_connections=0", "max_connections must be above 0"),
        ("redis://localhost?ssl_cert_reqs=none", "begin it with rediss://"),
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


def test_only_the_written_part_is_called_an_example(settings: Settings) -> None:
    values = settings.model_dump() | {"environment": "production", "redis_host": "redis"}
    names = {"redis_url", "celery_broker_url"} & values.keys()
    values |= dict.fromkeys(names, "") | {"redis_password": "change-me"}

    with pytest.raises(ValueError, match=r"(?m)^.*REDIS_PASSWORD must not have") as error:
        Settings.model_validate(values)
    assert not [name for name in names if f"{name.upper()} must not" in str(error.value)]
    assert " and REDIS_PASSWORD" not in str(error.value)
