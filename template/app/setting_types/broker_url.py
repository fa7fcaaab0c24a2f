"""URLs of message brokers, as Celery reads them."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

from app.setting_types.base import is_host, lower_scheme, strip_quotes
from app.setting_types.redis_url import check_one_server, normalize_redis_url

EXAMPLE = "amqp://user:password@host:5672/vhost"


def normalize_broker_url(url: SecretStr) -> SecretStr:
    """Return the URL of the message broker as Celery reads it.

    Raises:
        ValueError: If the URL is not valid.
    """
    text = lower_scheme(strip_quotes(url.get_secret_value().strip()))
    text = re.sub("^(py-?|lib)?(amqp|rabbitmq)(s?)://", r"amqp\3://", text)  # of other drivers
    if text.startswith(("redis", "valkey")):
        return normalize_redis_url(SecretStr(text))
    if not text.startswith("amqp"):
        check_one_server(text)
        return SecretStr(text)
    problem = (
        f"must be a URL like {EXAMPLE}, with %40 for @ and %2F for / in the password, "
        "and a ; between the URLs of several servers"
    )
    for address in text.split(";"):
        try:
            parts = urlsplit(address)
            is_valid = parts.port != 0 and is_host(parts.hostname or "localhost")
        except ValueError:
            raise ValueError(problem) from None
        if not is_valid or "@" in parts.path or parts.netloc.count("@") > 1:
            raise ValueError(problem)
    return SecretStr(text)


def is_reliable_broker(url: SecretStr) -> bool:
    """Return whether the URL names Redis or RabbitMQ; with TLS, only one server can be verified."""
    text = url.get_secret_value()
    is_one_server = text.startswith("amqps://") and ";" not in text
    return is_one_server or text.startswith(("redis://", "rediss://", "amqp://"))


BrokerUrl = Annotated[SecretStr, AfterValidator(normalize_broker_url)]
