# Needs app/core/sentry.py app/core/tracing.py
import json

from fastapi import FastAPI

from app.core.sentry import capture_errors
from tests.core.test_sentry import app, read_reports, received
from tests.receiver import Receiver

__all__ = ["app", "received"]


async def test_report_has_the_trace_id_of_the_log_line(app: FastAPI, received: Receiver) -> None:
    ids = {"trace_id": 32 * "a", "span_id": 16 * "b"}
    capture_errors(None, "error", {"level": "error", "exc_info": KeyError("key"), **ids})

    [report] = read_reports(received)
    assert json.loads(report.splitlines()[2])["contexts"]["trace"].items() >= ids.items()
