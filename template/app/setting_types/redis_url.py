"""URLs of Redis servers as platforms write them, as all clients of Redis read them."""

from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import AfterValidator, SecretStr
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from app.setting_types.base import is_host, lower_scheme, strip_quotes

EXAMPLE = "redis://:password@redis.example.com:6379/0"
OTHER_SCHEMES = {"valkey": "redis", "valkeys": "rediss"}
IGNORED = {"decode_responses", "family"}  # what this project decides itself, and ioredis's
VERIFICATION = {"none", "optional", "required"}  # of the certificate of the server
FILES = {"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"}


def normalize_redis_url(url: SecretStr) -> SecretStr:
    """Return the URL with the values that redis-py knows, such as `none` for `CERT_NONE`.

    Raises:
        ValueError: If it is not the URL of a Redis server.
    """
    text = lower_scheme(strip_quotes(url.get_secret_value().strip()))
    if not text:
        return SecretStr("")
    problem = f"must be a URL like {EXAMPLE}, with %40 for @ and %23 for # in the password"
    scheme, _, rest = text.partition("://")
    try:
        parts = urlsplit(f"{OTHER_SCHEMES.get(scheme, scheme)}://{rest}")
        port = parts.port
    except ValueError:
        raise ValueError(problem) from None
    if parts.scheme == "unix":
        check_parameters(text)
        return SecretStr(text)
    database = parts.path.strip("/")
    is_address = is_host(parts.hostname or "") and port != 0 and "@" not in parts.path
    if parts.scheme not in {"redis", "rediss"} or not is_address or parts.fragment:
        raise ValueError(problem)
    if database and not database.isdecimal():
        raise ValueError(f"must end in the number of a database, as in {EXAMPLE}")
    parameters = {k: value for k, value in parse_qsl(parts.query) if k not in IGNORED}
    if "ssl_cert_reqs" in parameters:
        verification = parameters["ssl_cert_reqs"].lower().removeprefix("cert_")
        if verification not in VERIFICATION:
            raise ValueError("has an unknown ssl_cert_reqs: use none, optional or required")
        parameters["ssl_cert_reqs"] = verification
    text = parts._replace(query=urlencode(parameters)).geturl()
    check_parameters(text)
    return SecretStr(text)


def check_parameters(text: str) -> None:
    """Check the parameters of a URL by creating a connection, which is not opened.

    Raises:
        ValueError: If redis-py does not know one of them, or it has a wrong value.
    """
    try:
        pool = ConnectionPool.from_url(text)
        pool.connection_class(**pool.connection_kwargs)
    except (RedisError, TypeError, ValueError) as error:
        reason = str(error).rpartition("__init__() ")[2].rstrip(".")
        raise ValueError(f"has a parameter that redis-py does not accept: {reason}") from None
    for name in FILES & pool.connection_kwargs.keys():
        if not Path(pool.connection_kwargs[name]).is_file():
            raise ValueError(f"has a parameter {name} that names no file")


RedisUrl = Annotated[SecretStr, AfterValidator(normalize_redis_url)]
