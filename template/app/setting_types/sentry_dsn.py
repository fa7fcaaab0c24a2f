"""The DSN of a project in Sentry."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

from app.setting_types.base import is_host, strip_quotes


def normalize_sentry_dsn(dsn: SecretStr) -> SecretStr:
    """Return the DSN without quotes around it.

    Raises:
        ValueError: If it is not the DSN of a project.
    """
    dsn = SecretStr(strip_quotes(dsn.get_secret_value().strip()))
    pattern = r"https?://\w+(:\w+)?@[^/@\s]+/([^?#\s]+/)?\d+"
    problem = "must be the DSN of a project, such as https://key@o1.ingest.sentry.io/1"
    if dsn and not re.fullmatch(pattern, dsn.get_secret_value()):
        raise ValueError(problem)
    try:
        parts = urlsplit(dsn.get_secret_value())
        is_address = is_host(parts.hostname or "localhost") and parts.port != 0
    except ValueError:
        raise ValueError(problem) from None
    if not is_address:
        raise ValueError(problem)
    return dsn


SentryDsn = Annotated[SecretStr, AfterValidator(normalize_sentry_dsn)]
