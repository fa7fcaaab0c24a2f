"""URLs of Redis servers as platforms write them, as all clients of Redis read them."""

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import AfterValidator, SecretStr
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.connection import URL_QUERY_ARGUMENT_PARSERS
from redis.exceptions import RedisError

from app.setting_types.base import is_host, lower_scheme, strip_quotes

EXAMPLE = "redis://:password@redis.example.com:6379/0"
OTHER_SCHEMES = {
    "redis+socket": "unix",
    "redis+ssl": "rediss",
    "redis+tls": "rediss",
    "valkey": "redis",
    "valkeys": "rediss",
}
IGNORED = {  # what this project decides itself, and ioredis's
    "decode_responses",
    "encoding",
    "encoding_errors",
    "family",
}
TLS_SWITCHES = {"ssl", "tls"}
TRUE = {"true", "1", "yes"}
VERIFICATION = {"none", "optional", "required"}  # of the certificate of the server
FILES = {"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"}
TEXTS = {  # parameters that redis-py takes as they are written
    *FILES,
    "client_name",
    "lib_name",
    "lib_version",
    "password",
    "ssl_ca_data",
    "ssl_cert_reqs",
    "ssl_ciphers",
    "ssl_password",
    "username",
}
POSITIVE = {
    "max_connections",
    "socket_connect_timeout",
    "socket_read_size",
    "socket_timeout",
    "timeout",
}


def normalize_redis_url(url: SecretStr) -> SecretStr:
    """Return the URL with the values that redis-py knows, such as `none` for `CERT_NONE`.

    Raises:
        ValueError: If it is not the URL of a Redis server.
    """
    text = lower_scheme(strip_quotes(url.get_secret_value().strip()))
    if not text:
        return SecretStr("")
    problem = f"must be a URL like {EXAMPLE}, with %40 for @ and %23 for # in the password"
    check_one_server(text)
    scheme, _, rest = text.partition("://")
    try:
        parts = urlsplit(f"{OTHER_SCHEMES.get(scheme, scheme)}://{rest}")
        port = parts.port
    except ValueError:
        raise ValueError(problem) from None
    if parts.scheme == "unix":
        text = f"unix://{rest}"
        check_parameters(text)
        return SecretStr(text)
    database = parts.path.strip("/")
    is_address = is_host(parts.hostname or "") and port != 0 and "@" not in parts.path
    if parts.scheme not in {"redis", "rediss"} or not is_address or parts.fragment:
        raise ValueError(problem)
    if database and not database.isdecimal():
        raise ValueError(f"must end in the number of a database, as in {EXAMPLE}")
    parameters = dict(parse_qsl(parts.query))
    if not TRUE.isdisjoint(parameters.get(name, "").lower() for name in TLS_SWITCHES):
        parts = parts._replace(scheme="rediss")
    text = parts._replace(query=urlencode(normalize_parameters(parameters))).geturl()
    check_parameters(text)
    return SecretStr(text)


def normalize_parameters(parameters: dict[str, str]) -> dict[str, str]:
    """Return the parameters that redis-py reads, with the values that it knows.

    Raises:
        ValueError: If `ssl_cert_reqs` has a value that is unknown.
    """
    left_out = IGNORED | TLS_SWITCHES
    parameters = {name: value for name, value in parameters.items() if name not in left_out}
    if "ssl_cert_reqs" in parameters:
        verification = parameters["ssl_cert_reqs"].lower().removeprefix("cert_")
        if verification not in VERIFICATION:
            raise ValueError("has an unknown ssl_cert_reqs: use none, optional or required")
        parameters["ssl_cert_reqs"] = verification
    return parameters


def check_one_server(text: str) -> None:
    """Check that a URL is not that of Sentinel, of a cluster or of several servers.

    Raises:
        ValueError: If it is.
    """
    scheme, _, rest = text.partition("://")
    hosts = rest.partition("?")[0].rpartition("@")[2]
    names = scheme + rest.partition("?")[2].lower()
    if re.search("sentinel|cluster", names) or re.search("[,;]", hosts) or "://" in rest:
        raise ValueError(
            "names Sentinel, a cluster or several servers, which are not supported: "
            f"use one server, or a proxy in front of them, as in {EXAMPLE}"
        )


def check_parameters(text: str) -> None:
    """Check the parameters of a URL by creating a connection, which is not opened.

    Raises:
        ValueError: If redis-py does not know one of them, or it has a wrong value.
    """
    parameters = dict(parse_qsl(urlsplit(text).query, keep_blank_values=True))
    if unknown := parameters.keys() - URL_QUERY_ARGUMENT_PARSERS.keys() - TEXTS:
        names = ", ".join(sorted(unknown))
        raise ValueError(f"has a parameter that is not supported: remove {names}")
    if not text.startswith("rediss://") and any(name.startswith("ssl_") for name in parameters):
        raise ValueError("has parameters of TLS: begin it with rediss://")
    try:
        pool = BlockingConnectionPool.from_url(text)
        pool.connection_class(**pool.connection_kwargs)
        for name in POSITIVE & parameters.keys():
            if float(parameters[name]) <= 0:
                raise ValueError(f"{name} must be above 0")
    except (RedisError, TypeError, ValueError) as error:
        reason = str(error).rpartition("__init__() ")[2].rstrip(".")
        raise ValueError(f"has a parameter that redis-py does not accept: {reason}") from None
    for name in FILES & pool.connection_kwargs.keys():
        if not Path(pool.connection_kwargs[name]).is_file():
            raise ValueError(f"has a parameter {name} that names no file")


RedisUrl = Annotated[SecretStr, AfterValidator(normalize_redis_url)]
