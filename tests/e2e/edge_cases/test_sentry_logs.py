# Needs app/core/sentry.py
import json
import logging

import sentry_sdk
from fastapi import FastAPI

from app.config import Settings
from app.core.logging import configure_logging
from tests.core.test_sentry import app, read_reports, received
from tests.receiver import Receiver

__all__ = ["app", "received"]


def test_sentry_is_inactive_without_a_dsn(settings: Settings) -> None:
    configure_logging(settings)

    assert not sentry_sdk.get_client().is_active()


async def test_exceptions_that_libraries_log_are_reported(app: FastAPI, received: Receiver) -> None:
    logging.getLogger("library").error("without an exception")
    logging.getLogger("library").error("it failed", exc_info=KeyError("key"))

    [report] = read_reports(received)
    assert json.loads(report.splitlines()[2])["tags"]["logger"] == "library"


async def test_errors_of_a_process_belong_to_different_traces(
    app: FastAPI, received: Receiver
) -> None:
    for _ in range(2):
        logging.getLogger("library").error("it failed", exc_info=KeyError("key"))

    events = [json.loads(report.splitlines()[2]) for report in read_reports(received)]
    assert len({event["contexts"]["trace"]["trace_id"] for event in events}) == 2
