"""With `--json` standard output is one document, whatever happens."""

from __future__ import annotations

from pathlib import Path

import pytest

import newapi as package
from tests.cli.conftest import Run, names
from tests.matrix import ROOT


def test_create_describes_the_project(create: Run, here: Path, template: Path) -> None:
    result = create("demo", "--preset", "minimal", "--with", "items", "--json")

    found = result.document
    assert result.code == 0
    assert set(found) == {
        *("ok", "command", "version", "dry_run", "path", "preset", "answers", "changes"),
        *("template", "files", "kept", "git", "lock", "warnings", "next", "replay"),
    }
    assert (found["ok"], found["command"], found["dry_run"]) == (True, "create", False)
    assert found["version"] == package.__version__
    assert found["path"] == str(here / "demo")
    assert found["answers"]["items"] is True
    assert found["changes"] == [
        {"name": "auth", "value": True, "reason": "items needs auth: switched on"}
    ]
    assert found["template"]["source"] == str(template)
    assert {"path": "app/main.py", "size": 11} in found["files"]
    assert (found["git"], found["lock"]) == (True, False)
    assert found["next"][0] == "cd demo"
    assert "--preset minimal --with auth,items" in found["replay"]


def test_prose_goes_to_standard_error(create: Run) -> None:
    result = create("demo", "--without", "auth", "--json")

    assert "Not asking" in result.err
    assert "items needs auth: switched off" in result.err


def test_dry_run_describes_and_writes_nothing(create: Run, here: Path) -> None:
    dry = create("demo", "--json", "--dry-run").document
    real = create("demo", "--json").document

    assert dry["dry_run"] is True
    assert dry["files"] == real["files"]
    assert dry["answers"] == real["answers"]
    assert names(here) == ["demo"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("class",), "keyword"),
        (("demo", "--with", "dokcer"), "docker"),
        (("demo", "--bogus"), "--bogus"),
        ((), "needs a name"),
    ],
)
def test_wrong_usage_is_a_document(create: Run, words: tuple[str, ...], message: str) -> None:
    result = create("--json", *words)

    found = result.document
    assert (result.code, found["ok"], found["exit_code"]) == (2, False, 2)
    assert message in found["message"]
    assert found["problems"][0]["fix"]
    assert message in result.err


def test_bug_is_a_document(create: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newapi.template.catalog.load", lambda _: 1 / 0)

    result = create("demo", "--json")

    assert (result.code, result.document["ok"]) == (1, False)
    assert "ZeroDivisionError" in result.document["message"]


def test_interruption_is_a_document(create: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("newapi.template.engine.render", interrupt)

    result = create("demo", "--json")

    assert (result.code, result.document["exit_code"]) == (130, 130)


def test_unknown_command_is_a_document(newapi: Run) -> None:
    result = newapi("nope", "--json")

    assert (result.code, result.document["command"]) == (2, "nope")


def test_documents_are_ascii(create: Run) -> None:
    result = create("demo", "--set", "description=Приложение", "--json")

    assert result.out.isascii()
    assert result.document["answers"]["description"] == "Приложение"


def test_every_key_is_documented(create: Run, newapi: Run) -> None:
    page = (ROOT / "docs/json.md").read_text()
    documents = [
        create("demo", "--json").document,
        create("class", "--json").document,
        newapi("features", "--json").document,
        newapi("doctor", "--json").document,
    ]

    assert [key for found in documents for key in found if f"`{key}`" not in page] == []


def test_version_is_a_document_too(newapi: Run) -> None:
    result = newapi("--version", "--json")

    assert result.document == {"ok": True, "command": "", "version": package.__version__}
