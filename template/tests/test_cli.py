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


def test_verify_runs_every_check_and_names_those_that_fail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checks = ("ruff check missing.py", "ruff --version")
    monkeypatch.setattr("app.verify.CHECKS", checks)
    failing = runner.invoke(cli, ["verify"])
    monkeypatch.setattr("app.verify.CHECKS", checks[1:])
    passing = runner.invoke(cli, ["verify"])

    assert (failing.exit_code, passing.exit_code) == (1, 0)
    assert "==> ruff --version" in failing.output
    assert "Failed: ruff check missing.py" in failing.output
    assert "All checks passed." in passing.output
