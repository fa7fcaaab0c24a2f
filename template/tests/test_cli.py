import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.config import Settings
from app.factory import create_app

runner = CliRunner()


def test_env_creates_a_private_file_with_new_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env.example").write_text("# a comment\nA=change-me\nB=change-me\nC=kept\n")
    monkeypatch.chdir(tmp_path)

    first = runner.invoke(cli, ["env"])
    written = (tmp_path / ".env").read_text()
    again = runner.invoke(cli, ["env"])

    comment, a, b, c = written.splitlines()
    assert (first.exit_code, comment, c) == (0, "# a comment", "C=kept")
    assert len(a) > 60
    assert a.removeprefix("A") != b.removeprefix("B")
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert "Wrote .env" in first.output
    assert again.exit_code == 1
    assert (tmp_path / ".env").read_text() == written


def test_openapi_prints_the_document_of_the_application_and_needs_no_settings(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "nonsense")
    monkeypatch.chdir(tmp_path)

    printed = runner.invoke(cli, ["openapi"])
    written = runner.invoke(cli, ["openapi", "--output", "openapi.json"])

    assert (printed.exit_code, written.exit_code) == (0, 0)
    assert json.loads(printed.stdout) == create_app(settings).openapi()
    assert (tmp_path / "openapi.json").read_text() == printed.stdout


def test_check_accepts_the_settings_of_the_tests(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cli.load_settings", lambda _: settings)
    monkeypatch.setattr("app.core.checks.check_names", list)

    result = runner.invoke(cli, ["check"])

    assert (result.exit_code, result.output) == (0, "No errors or warnings.\n")


def test_check_reports_what_is_wrong_and_what_is_unsafe(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    unsafe = {"environment": "production", "docs_enabled": True}
    monkeypatch.setattr("app.cli.load_settings", lambda _: settings.model_copy(update=unsafe))
    (tmp_path / ".env").write_text("DATABASE_ULR=x\nOTHER=y\n")
    monkeypatch.setattr("app.core.checks.ENV_FILE", tmp_path / ".env")

    found = json.loads(runner.invoke(cli, ["check", "--json"]).output)

    assert {finding["level"] for finding in found} == {"warning"}
    text = " ".join(finding["message"] for finding in found)
    assert "DOCS_ENABLED" in text
    assert "is DATABASE_URL meant?" in text


def test_check_warns_of_servers_that_do_not_answer(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> None:
        raise ConnectionError("connection refused.")

    monkeypatch.setattr("app.cli.load_settings", lambda _: settings)
    monkeypatch.setattr("app.core.checks.check_names", list)
    monkeypatch.setattr("app.cli.get_health_checks", lambda _: {"database": fail, "other": fail})

    result = runner.invoke(cli, ["check"])

    assert (result.exit_code, result.output) == (
        0,
        "warning: other does not answer: connection refused.\n",
    )


def test_check_fails_with_every_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "loud")
    monkeypatch.setenv("DATABASE_URL", "oracle://app@localhost/app")

    result = runner.invoke(cli, ["check"])

    assert result.exit_code == 1
    assert "error: LOG_LEVEL must be" in result.output
    assert "error: DATABASE_URL must be" in result.output


def test_verify_runs_every_check_and_names_those_that_fail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commands = ("ruff check missing.py", "ruff --version")
    monkeypatch.setattr("app.verify.COMMANDS", commands)
    failing = runner.invoke(cli, ["verify"])
    monkeypatch.setattr("app.verify.COMMANDS", commands[1:])
    passing = runner.invoke(cli, ["verify"])

    assert (failing.exit_code, passing.exit_code) == (1, 0)
    assert "==> ruff --version" in failing.output
    assert "Failed: ruff check missing.py" in failing.output
    assert "All checks passed." in passing.output
