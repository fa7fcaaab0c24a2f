import json
import logging
import runpy
from collections.abc import Generator

import pytest
import structlog
from fastapi import FastAPI

from app.config import Settings, get_settings
from app.core.logging import configure_logging


@pytest.fixture(autouse=True)
def restored_logging(settings: Settings) -> Generator[None]:
    yield
    configure_logging(settings)


def test_server_loads_the_application_from_the_environment(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.config.Settings", lambda: settings)
    get_settings.cache_clear()

    assert isinstance(runpy.run_module("app.main")["app"], FastAPI)


def test_production_logs_json_with_the_context_of_the_request(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(settings)
    structlog.contextvars.bind_contextvars(request_id="0123456789")

    structlog.stdlib.get_logger("mine").info("said\nhello", answer=42)
    logging.getLogger("theirs").warning("hello too")

    mine, theirs = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (mine["event"], mine["answer"], mine["level"]) == ("said\nhello", 42, "info")
    assert (theirs["logger"], theirs["request_id"]) == ("theirs", "0123456789")


def test_developers_read_plain_text(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(settings.model_copy(update={"log_json": False}))

    logging.getLogger("theirs").warning("hello")

    assert "hello" in capsys.readouterr().err
