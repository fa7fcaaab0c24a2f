"""Unexpected errors, sent to Sentry where a DSN is set."""

from dataclasses import dataclass

import sentry_sdk
from fastapi import FastAPI
from sentry_sdk.integrations.logging import LoggingIntegration, ignore_logger
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.config import Settings


def install(app: FastAPI, settings: Settings) -> None:
    """Report what no handler of the application expected."""
    if configure_sentry(settings, f"{app.title}@{app.version}"):
        app.user_middleware.append(Middleware(Reporter))


def configure_sentry(settings: Settings, release: str) -> bool:
    """Start the client of this process, and tell whether there is one.

    What may identify people stays here (the SDK's default): bodies, headers, cookies; and the
    values of local variables.
    """
    dsn = settings.sentry_dsn.get_secret_value()
    if dsn:
        sentry_sdk.init(
            dsn=dsn,
            environment=settings.environment,
            release=release,
            include_local_variables=False,
            max_request_body_size="never",
            auto_enabling_integrations=False,
            integrations=[LoggingIntegration(level=None)],  # errors of libraries; no breadcrumbs
        )
        ignore_logger("app.*")  # reported with their traceback already
    return bool(dsn)


@dataclass
class Reporter:
    """Reports an error with the id under which the log tells the rest."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request, and report its failure before it is answered."""
        with sentry_sdk.isolation_scope() as reported:
            try:
                await self.app(scope, receive, send)
            except Exception as error:
                reported.set_tag("request_id", scope.get("state", {}).get("request_id"))
                reported.set_transaction_name(f"{scope.get('method')} {scope['path']}")
                sentry_sdk.capture_exception(error)
                raise
