from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import clients
from app.cli import cli

runner = CliRunner()


def generate(folder: Path) -> None:
    (folder / "openapi.json").write_text("{}")
    (folder / "python").mkdir()
    (folder / "python" / "client.py").touch()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(clients, "CLIENTS", tmp_path)
    monkeypatch.setattr(clients, "generate", generate)
    return tmp_path


def test_check_passes_before_clients_are_written(folder: Path) -> None:
    result = runner.invoke(cli, ["clients", "--check"])

    assert result.exit_code == 0
    assert "There are no clients to check." in result.output
    assert not list(folder.iterdir())


def test_check_names_files_that_are_out_of_date(folder: Path) -> None:
    assert runner.invoke(cli, ["clients"]).exit_code == 0
    assert runner.invoke(cli, ["clients", "--check"]).exit_code == 0
    (folder / "openapi.json").write_text("[]")
    (folder / "python" / "removed.py").touch()

    result = runner.invoke(cli, ["clients", "--check"])

    assert result.exit_code == 1
    assert "openapi.json, python/removed.py" in result.output


def test_clients_are_written_again_without_files_of_removed_endpoints(folder: Path) -> None:
    runner.invoke(cli, ["clients"])
    (folder / "python" / "removed.py").touch()
    (folder / "python.yml").touch()

    result = runner.invoke(cli, ["clients"])

    assert result.exit_code == 0
    assert {path.name for path in folder.rglob("*.*")} == {
        "client.py",
        "openapi.json",
        "python.yml",
    }


def test_failing_generator_leaves_the_clients_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "CLIENTS", tmp_path)
    monkeypatch.setattr(clients, "run_command", lambda *_: False)

    assert runner.invoke(cli, ["clients"]).exit_code == 1
    assert not list(tmp_path.iterdir())
