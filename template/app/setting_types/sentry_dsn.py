"""The DSN of a project in Sentry."""

import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from app.setting_types.base import strip_quotes


def normalize_sentry_dsn(dsn: SecretStr) -> SecretStr:
    """Return the DSN without quotes around it.

    Raises:
        ValueError: If it is not the DSN of a project.
    """
    dsn = SecretStr(strip_quotes(dsn.get_secret_value().strip()))
    pattern = r"https?://\w+(:\w+)?@[^/@\s]+/([^?#\s]+/)?\d+"
    if dsn and not re.fullmatch(pattern, dsn.get_secret_value()):
        raise ValueError("must be the DSN of a project, such as https://key@o1.ingest.sentry.io/1")
    return dsn


SentryDsn = Annotated[SecretStr, AfterValidator(normalize_sentry_dsn)]
