"""URLs of Redis servers as platforms write them, as all clients of Redis read them."""

from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import AfterValidator, SecretStr

EXAMPLE = "redis://:password@redis.example.com:6379/0"
VERIFICATION = {"none", "optional", "required"}  # of the certificate of the server


def normalize_redis_url(url: SecretStr) -> SecretStr:
    """Return the URL with the values that redis-py knows, such as `none` for `CERT_NONE`.

    Raises:
        ValueError: If it is not the URL of a Redis server.
    """
    text = url.get_secret_value().strip().strip("\"'")
    if not text:
        return SecretStr("")
    problem = f"must be a URL like {EXAMPLE}, with %40 for @ and %23 for # in the password"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(problem) from None
    if parts.scheme == "unix":
        return SecretStr(text)
    database = parts.path.strip("/")
    is_address = parts.hostname and port != 0 and "@" not in parts.path and not parts.fragment
    if parts.scheme not in {"redis", "rediss"} or not is_address:
        raise ValueError(problem)
    if database and not database.isdecimal():
        raise ValueError(f"must end in the number of a database, as in {EXAMPLE}")
    parameters = dict(parse_qsl(parts.query))
    if "ssl_cert_reqs" in parameters:
        verification = parameters["ssl_cert_reqs"].lower().removeprefix("cert_")
        if verification not in VERIFICATION:
            raise ValueError("has an unknown ssl_cert_reqs: use none, optional or required")
        parameters["ssl_cert_reqs"] = verification
    return SecretStr(parts._replace(query=urlencode(parameters)).geturl())


RedisUrl = Annotated[SecretStr, AfterValidator(normalize_redis_url)]
