import os
import sys
from pathlib import Path

import pytest
from anyio import run_process
from pydantic import ValidationError

from app.config import Settings, get_settings
from app.setting_errors import InvalidSettings, load_settings

ROOT = Path(__file__).parent.parent
WRONG = {
    "ENVIRONMENT": "production",
    "ALLOWED_HOSTS": "a.example.com, b*.example.com",
    "CORS_ORIGINS": '["https://a.example.com/path", "b.example.com"]',
    "DATABASE_URL": "oracle://a:secret@b/c",
    "LOG_LEVEL": "loud",
    "MAX_BODY_BYTES": "1 MB",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Remove the variables of all settings from the environment."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_default_environment_is_production(
    settings: Settings, environment: pytest.MonkeyPatch
) -> None:
    values = settings.model_dump(exclude={"environment"}) | {"allowed_hosts": ["*"]}

    with pytest.raises(ValidationError, match="ALLOWED_HOSTS"):  # only production rejects it
        Settings.model_validate(values)
    assert Settings.model_validate(values | {"environment": "development"})


def test_each_wrong_setting_is_one_sentence(environment: pytest.MonkeyPatch) -> None:
    for name, value in WRONG.items():
        environment.setenv(name, value)

    with pytest.raises(InvalidSettings) as error:
        load_settings(Settings)

    variables = [sentence.split()[0] for sentence in error.value.sentences]
    assert set(variables) >= WRONG.keys() - {"ENVIRONMENT"}
    assert variables.count("CORS_ORIGINS") == 2
    assert "secret" not in str(error.value)


def test_unsafe_settings_are_reported_beside_invalid_ones(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LOG_LEVEL", "loud")

    with pytest.raises(SystemExit, match=r"(?s)LOG_LEVEL must be.*ALLOWED_HOSTS must list"):
        get_settings()


def test_unknown_environment_is_not_taken_for_production(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ENVIRONMENT", "live")

    with pytest.raises(InvalidSettings, match=r"ENVIRONMENT must be 'development'") as error:
        load_settings(Settings)
    assert "ALLOWED_HOSTS" not in str(error.value)


def test_only_production_rejects_a_value_of_the_example_file(settings: Settings) -> None:
    values = settings.model_dump() | {"root_path": "/change-me"}

    assert Settings.model_validate(values | {"environment": "development"})
    with pytest.raises(ValidationError, match="ROOT_PATH must not have the example value"):
        Settings.model_validate(values | {"environment": "production"})


def test_env_file_that_is_no_text_is_reported(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_bytes(b"LOG_LEVEL=\xff")
    environment.setitem(Settings.model_config, "env_file", tmp_path / ".env")

    with pytest.raises(InvalidSettings, match=r"\.env cannot be read"):
        load_settings(Settings)


def test_env_file_may_begin_with_a_byte_order_mark(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfLOG_LEVEL=loud\r\n")
    environment.setitem(Settings.model_config, "env_file", tmp_path / ".env")

    with pytest.raises(InvalidSettings, match="LOG_LEVEL must be"):
        load_settings(Settings)


@pytest.mark.parametrize("written", [" debug ", "'debug'", '"DEBUG"', "debug\r\n"])
def test_spaces_and_quotes_around_a_value_are_removed(settings: Settings, written: str) -> None:
    values = settings.model_dump()

    assert Settings.model_validate(values | {"log_level": written}).log_level == "DEBUG"
    assert Settings.model_validate(values | {"log_level": " "}).log_level == "INFO"


def test_quotes_around_the_parts_of_a_list_are_removed(settings: Settings) -> None:
    values = settings.model_dump() | {"allowed_hosts": '"a.example.com","b.example.com"'}

    assert Settings.model_validate(values).allowed_hosts == ["a.example.com", "b.example.com"]


@pytest.mark.parametrize("written", ["on", "yes", "1", "TRUE", "t", '"true"'])
def test_booleans_are_written_in_several_ways(settings: Settings, written: str) -> None:
    values = settings.model_dump() | {"docs_enabled": written}

    assert Settings.model_validate(values).docs_enabled is True


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("9" * 20, "less than or equal to"),
        ("1 MB", "must be a whole number, such as"),
        ("15m", "must be a whole number, such as"),
    ],
)
def test_numbers_have_a_maximum(environment: pytest.MonkeyPatch, value: str, reason: str) -> None:
    environment.setenv("MAX_BODY_BYTES", value)

    with pytest.raises(InvalidSettings, match=f"MAX_BODY_BYTES .*{reason}"):
        load_settings(Settings)


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["uvicorn", "app.main:app"], 1),
        (["uvicorn", "app.main:app", "--port", "0", "--workers", "2"], 0),
        (["alembic", "--config", str(ROOT / "alembic.ini"), "current"], 1),
    ],
)
async def test_commands_exit_without_traceback(
    command: list[str], status: int, tmp_path: Path
) -> None:
    python = [sys.executable, "-m", *command]
    environment = os.environ | WRONG | {"PYTHONPATH": str(ROOT)}

    run = await run_process(python, env=environment, cwd=tmp_path, check=False)

    assert (run.returncode, b"Traceback" in run.stderr) == (status, False)
    assert b"DATABASE_URL must be a URL like" in run.stderr


def test_setting_is_read_from_the_file_that_a_variable_names(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("LOG_LEVEL=DEBUG\n")
    (tmp_path / "level").write_bytes(b"\xef\xbb\xbfloud\r\n")
    environment.setitem(Settings.model_config, "env_file", tmp_path / ".env")
    environment.setenv("LOG_LEVEL_FILE", str(tmp_path / "level"))

    with pytest.raises(InvalidSettings, match="LOG_LEVEL must be"):
        load_settings(Settings)


def test_variable_that_names_no_file_is_reported(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("LOG_LEVEL_FILE", str(tmp_path))

    with pytest.raises(InvalidSettings, match="LOG_LEVEL_FILE must name a text file"):
        load_settings(Settings)
