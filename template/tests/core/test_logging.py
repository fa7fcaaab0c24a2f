import json
import logging
from collections.abc import Generator
from io import BytesIO, TextIOWrapper

import pytest
import structlog

from app.config import Settings
from app.core.logging import configure_logging


@pytest.fixture(autouse=True)
def restored_logging(settings: Settings) -> Generator[None]:
    yield
    configure_logging(settings)


def test_log_lines_are_json_with_the_context_of_the_request(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(settings)
    structlog.contextvars.bind_contextvars(request_id="0123456789")

    structlog.get_logger("own").info("first line\nsecond line", answer=42)
    logging.getLogger("library").warning("library message")

    own, library = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (own["event"], own["answer"], own["level"]) == ("first line\nsecond line", 42, "info")
    assert (library["logger"], library["request_id"]) == ("library", "0123456789")


@pytest.mark.parametrize(
    ("value", "logged"),
    [
        ("\u00e9\u2028", "\u00e9\u2028"),
        ("\ud800", "\ud800"),
        (b"\xff", r"b'\xff'"),
        ({"nested": ValueError("text")}, {"nested": "ValueError('text')"}),
    ],
)
def test_values_of_all_kinds_are_logged_in_one_line_of_ascii(
    settings: Settings, capsys: pytest.CaptureFixture[str], value: object, logged: object
) -> None:
    configure_logging(settings)

    structlog.get_logger("own").info("message", value=value)
    logging.getLogger("library").warning("%s", value)

    lines = capsys.readouterr().err.splitlines()
    assert [line.isascii() for line in lines] == [True, True]
    assert json.loads(lines[0])["value"] == logged


@pytest.mark.parametrize(
    ("no_color", "is_terminal", "is_colored"),
    [("", True, True), ("1", True, False), ("", False, False)],
)
def test_text_has_colors_only_on_a_terminal(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    no_color: str,
    *,
    is_terminal: bool,
    is_colored: bool,
) -> None:
    stderr = TextIOWrapper(BytesIO(), write_through=True)
    monkeypatch.setattr(stderr, "isatty", lambda: is_terminal)
    monkeypatch.setattr("sys.stderr", stderr)
    monkeypatch.setenv("NO_COLOR", no_color)
    configure_logging(settings.model_copy(update={"log_json": False}))

    structlog.get_logger("own").info("own message")
    logging.getLogger("library").warning("library message")

    own, library = stderr.buffer.getvalue().splitlines()
    assert (b"\x1b[" in own, b"\x1b[" in library) == (is_colored, is_colored)


@pytest.mark.parametrize("log_json", [True, False])
def test_traceback_contains_no_local_variables(
    settings: Settings, capsys: pytest.CaptureFixture[str], *, log_json: bool
) -> None:
    configure_logging(settings.model_copy(update={"log_json": log_json}))
    password = "correct horse " + "battery staple"

    try:
        raise RuntimeError(f"{len(password)} characters")
    except RuntimeError:
        logging.getLogger("library").exception("failed")

    logged = capsys.readouterr().err
    assert "RuntimeError: 28 characters" in logged
    assert logged.startswith("{") is log_json
    assert password not in logged
