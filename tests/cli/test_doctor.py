"""`newapi doctor` lists the programs it finds; only a missing requirement makes it fail."""

from __future__ import annotations

from importlib import metadata

import pytest

from newapi.errors import NewapiError
from newapi.template import sources
from tests.cli.conftest import Run


def test_every_program_is_shown_with_what_it_is_needed_for(newapi: Run) -> None:
    result = newapi("doctor")

    assert result.code == 0
    for name in ("python", "template", "git", "uv", "docker"):
        assert name in result.out
    assert "first commit" in result.out


def test_missing_programs_are_warnings(newapi: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    result = newapi("doctor")

    assert result.code == 0
    assert result.out.count("missing") == 3
    assert "pip install uv" in result.err


def test_broken_installation_is_a_failure(newapi: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise NewapiError("A release is damaged.", "Reinstall newapi.")

    monkeypatch.setattr(sources, "open_source", fail)

    result = newapi("doctor")

    assert result.code == 1
    assert "broken" in result.out
    assert "Reinstall newapi." in result.err


def test_installation_is_shown_and_never_makes_doctor_fail(
    newapi: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "newapi 0." in newapi("doctor").out

    monkeypatch.setattr(sources, "checkout", lambda: None)
    monkeypatch.setattr(metadata, "distribution", not_installed)
    monkeypatch.setenv("PATH", "")  # no uv to ask
    result = newapi("doctor")

    assert result.code == 0
    assert "is the newest is not known" in " ".join(result.out.split())


def not_installed(name: str) -> None:
    """Say that a distribution is not installed."""
    raise metadata.PackageNotFoundError(name)


def test_json_has_every_finding(newapi: Run) -> None:
    found = newapi("doctor", "--json").document

    assert found["ok"] is True
    assert [f["name"] for f in found["findings"]] == ["python", "template", "git", "uv", "docker"]
    assert set(found["findings"][0]) == {
        *("name", "found", "required", "version", "path", "needed_for", "hint"),
    }
    assert set(found["installation"]) == {
        *("origin", "location", "newest", "is_newest", "message", "hint"),
    }
