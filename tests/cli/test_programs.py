"""Programs that run newapi: answers on standard input, schemas, coding agents and CI."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.cli.conftest import COMMAND, Run, names
from tests.runs import Result

AGENT = {"CLAUDECODE": "1"}
CI = {"CI": "true"}


@pytest.fixture
def piped(create: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `newapi create` with something on standard input."""

    def run(content: bytes, *words: str) -> Result:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))
        return create("demo", "--answers", "-", *words)

    return run


def answers(project: Path) -> dict[str, Any]:
    found = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    "content",
    [
        b'{"auth": false, "database": "mysql", "description": "\\u2603 \\ud83d\\ude80"}',
        "auth: no\ndatabase: mysql\ndescription: ☃ 🚀\n".encode(),
        "\ufeff{auth: false, database: mysql, description: ☃ 🚀}".encode(),
    ],
)
def test_answers_come_from_standard_input(piped: Run, here: Path, content: bytes) -> None:
    result = piped(content, "--without", "items", "--set", "author_name=Flags win")

    assert result.code == 0
    found = answers(here / "demo")
    assert (found["auth"], found["database"]) == (False, "mysql")
    assert (found["description"], found["author_name"]) == ("☃ 🚀", "Flags win")


@pytest.fixture
def composed(create: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `newapi create` with all of its input on standard input."""

    def run(content: str, *words: str) -> Result:
        monkeypatch.setattr(
            "sys.stdin", io.TextIOWrapper(io.BytesIO(content.encode()), encoding="utf-8")
        )
        return create("--answers", "-", *words)

    return run


@pytest.mark.parametrize(
    "content",
    [
        '{"_target": "shops/shop", "_preset": "minimal", "_with": ["docker"], "_git": false}',
        "_target: shops/shop\n_preset: minimal\n_with: docker\n_git: no\n",
    ],
)
def test_options_come_from_standard_input(composed: Run, here: Path, content: str) -> None:
    assert composed(content).code == 0

    found = answers(here / "shops/shop")
    assert (found["project_name"], found["docker"], found["auth"]) == ("shop", True, False)
    assert not (here / "shops/shop/.git").exists()


def test_dry_run_comes_from_standard_input(composed: Run, here: Path) -> None:
    assert composed('{"_target": "shop", "_dry_run": true}').code == 0
    assert names(here) == []


def test_flags_win_over_options_of_standard_input(composed: Run, here: Path) -> None:
    options = '{"_target": "shop", "_preset": "standard", "_with": ["docker"]}'

    assert composed(options, "mine", "--preset", "minimal", "--without", "docker").code == 0

    found = answers(here / "mine")
    assert (found["docker"], found["auth"]) == (False, False)


@pytest.mark.parametrize(
    ("content", "reason", "way"),
    [
        ('{"_target": "a", "_git": "no"}', "_git 'no' in the answers file must be", "--no-git"),
        ('{"_target": true}', "_target 'true' in the answers file must be a text", "NAME_OR_PATH"),
        (
            '{"_target": "a", "_with": "docker"}',
            "has no list of texts for '_with'",
            "newapi schema",
        ),
        ('{"_target": "a", "_with": ["dokcer"]}', "Did you mean docker?", "--with docker"),
        (
            '{"_target": "a", "_template": "b"}',
            "_template in the answers file",
            "--template SOURCE",
        ),
        (
            "_target: a\n_lock: perhaps\n",
            "_lock 'perhaps' in the answers file must be",
            "--no-lock",
        ),
    ],
)
def test_bad_options_on_standard_input_are_refused(
    composed: Run, here: Path, content: str, reason: str, way: str
) -> None:
    result = composed(content)

    assert (result.code, names(here)) == (2, [])
    assert reason in result.err
    assert way in result.err


def test_nothing_left_to_answer_is_an_answer(piped: Run) -> None:
    assert piped(b"{}").code == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Standard input is empty"),
        (b" \n\n", "Standard input is empty"),
        (b'["auth"]', "Standard input is a list"),
        (b"- auth\n- docker\n", "Standard input is a list"),
        (b"auth", "Standard input is one value"),
        (b'{"auth": tru', "Standard input is not valid JSON: line 1"),
        (b"\x00\xff\xfe", "Standard input is not UTF-8 text"),
        (b'{"auth": "true"}', "must be true or false, without quotation marks"),
        (b'{"auth": {"enabled": true}}', "something else than a text, true or false for 'auth'"),
        (b'{"auth": true, "auth": false}', "answers 'auth' twice"),
        (b'{"description": "' + b"x" * 10_000_000 + b'"}', "Standard input is larger than 64 KiB"),
        (b"[" * 60_000, "nested too deeply"),
    ],
)
def test_bad_answers_on_standard_input_are_refused(
    piped: Run, here: Path, content: bytes, reason: str
) -> None:
    result = piped(content)

    assert result.code == 2
    assert reason in result.err
    assert "fix: " in result.err
    assert "Traceback" not in result.err
    assert names(here) == []


def test_closed_standard_input_is_empty(process: Run, template: Path, here: Path) -> None:
    words = ("create", "demo", "--template", str(template), "--no-lock", "--answers", "-")

    result = process(*words)

    assert (result.code, names(here)) == (2, [])
    assert "Standard input is empty" in result.err


def test_large_input_is_not_waited_for(template: Path, here: Path) -> None:
    words = ["create", "demo", "--template", str(template), "--no-lock", "--answers", "-"]
    endless = [sys.executable, "-c", "while True: print('auth: true  # ' + 'x' * 1000)"]

    with subprocess.Popen(endless, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as writer:
        done = subprocess.run(
            [*COMMAND, *words], cwd=here, stdin=writer.stdout, capture_output=True, check=False
        )
        assert writer.stdout is not None
        writer.stdout.close()

    assert done.returncode == 2
    assert b"larger than 64 KiB" in done.stderr


@pytest.mark.parametrize("subject", ["create", "resource"])
def test_schema_passes_check_jsonschema(process: Run, here: Path, subject: str) -> None:
    (here / "schema.json").write_text(process("schema", subject).out)

    command = [sys.executable, "-m", "check_jsonschema", "--check-metaschema", "schema.json"]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_schema_of_create_is_what_is_printed_without_a_word(newapi: Run) -> None:
    printed = newapi("schema").out

    assert printed == newapi("schema", "create").out
    assert json.loads(printed) == newapi("schema", "--json").document["schema"]


def test_document_of_create_has_answers_that_the_schema_accepts(newapi: Run) -> None:
    described = Draft202012Validator(json.loads(newapi("schema").out))
    made = newapi(
        "create", "demo", "--dry-run", "--preset", "full", "--json", "--defaults"
    ).document

    assert described.is_valid(made["answers"])


def test_unknown_schema_is_refused(newapi: Run) -> None:
    result = newapi("schema", "resorce")

    assert result.code == 2
    assert "fix: newapi schema resource" in result.err


@pytest.mark.parametrize("words", [("create", "demo", "-y"), ("features",), ("doctor",)])
def test_agents_get_the_document_without_a_flag(
    newapi: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    flags = ("--no-lock", "--no-git", "--dry-run") if words[0] == "create" else ()
    asked = newapi(*words, *flags, "--json").document
    monkeypatch.setenv("CLAUDECODE", "1")

    assert newapi(*words, *flags).document == asked


def test_errors_of_agents_are_documents(create: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_AGENT", "somebody")

    result = create("demo", "--with", "dokcer")

    assert (result.code, result.document["exit_code"]) == (2, 2)
    assert result.document["problems"][0]["fix"] == "--with docker"


def test_agents_can_have_text(create: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDECODE", "1")

    made = create("demo", "--no-json")
    wrong = create("class", "--no-json")

    assert made.out.lstrip().startswith("Created demo from standard")
    assert (wrong.code, wrong.out) == (2, "")
    assert "keyword" in wrong.err


def test_patches_and_schemas_are_for_programs_as_they_are(
    newapi: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = newapi("schema").out
    monkeypatch.setenv("CLAUDECODE", "1")

    assert newapi("schema").out == schema
    assert newapi("diff").out == ""  # no document in front of `git apply`


@pytest.mark.parametrize(("env", "name"), [(AGENT, "CLAUDECODE"), (CI, "CI")])
def test_who_is_not_asked_learns_why(
    create: Run, monkeypatch: pytest.MonkeyPatch, env: dict[str, str], name: str
) -> None:
    for variable, value in env.items():
        monkeypatch.setenv(variable, value)

    assert f"Not asking, because {name} is set: what no flag" in create("demo").err


def test_ci_reads_text(create: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")

    assert "Created demo from standard" in create("demo").out


def test_what_was_done_is_said(create: Run) -> None:
    assert "Made a git repository with one commit." in create("demo").err
    assert "git repository" not in create("other", "--no-git").err
    assert "git repository" not in create("third", "--dry-run").err
