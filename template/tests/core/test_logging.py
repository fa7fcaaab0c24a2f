from collections.abc import Generator

import pytest
import structlog

from app.config import Settings
from app.core.logging import configure_logging


@pytest.fixture(autouse=True)
def restored_logging(settings: Settings) -> Generator[None]:
    yield
    configure_logging(settings)


@pytest.mark.parametrize("log_json", [True, False])
def test_traceback_says_where_but_not_with_which_values(
    settings: Settings, capsys: pytest.CaptureFixture[str], *, log_json: bool
) -> None:
    configure_logging(settings.model_copy(update={"log_json": log_json}))
    password = "correct horse " + "battery staple"

    try:
        raise RuntimeError(f"{len(password)} characters")
    except RuntimeError:
        structlog.stdlib.get_logger("mine").exception("failed")

    logged = capsys.readouterr().err
    assert "RuntimeError: 28 characters" in logged
    assert password not in logged
