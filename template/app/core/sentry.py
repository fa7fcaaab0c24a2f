"""Errors that nobody expected, sent to Sentry where a DSN is set."""

import sys
from importlib.metadata import version

import sentry_sdk
from sentry_sdk.integrations.logging import LoggingIntegration
from structlog.typing import EventDict, WrappedLogger

from app.config import Settings

TAGS = ("request_id", "task_id", "logger")


def start_sentry(settings: Settings, project: str) -> None:
    """Start the client of this process, if there is a DSN.

    What may identify people stays here (the SDK's default): bodies, headers, cookies; and the
    values of local variables.
    """
    if dsn := settings.sentry_dsn.get_secret_value():
        sentry_sdk.init(
            dsn=dsn,
            environment=settings.environment,
            release=f"{project}@{version(project)}",
            include_local_variables=False,
            max_request_body_size="never",
            auto_enabling_integrations=False,
            disabled_integrations=[LoggingIntegration],  # the log of the application reports
        )


def report_errors(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Report an error that is logged with its traceback, whoever logs it."""
    if line.get("level") in {"error", "critical"} and (found := line.get("exc_info")):
        with sentry_sdk.new_scope() as scope:
            for tag in TAGS:
                scope.set_tag(tag, line.get(tag))
            sentry_sdk.capture_exception(found if found is not True else sys.exc_info())
    return line
