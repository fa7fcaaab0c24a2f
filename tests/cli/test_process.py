"""What only a process of its own shows: closed streams, other locales, what gets imported."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import newapi as package
from tests import trees
from tests.cli.conftest import COMMAND, Run, names
from tests.marks import slow_after

HEAVY = {"copier", "jinja2", "platformdirs", "prompt_toolkit", "rich", "yaml"}


def imported_by(*words: str) -> set[str]:
    """Return the top-level modules that a run imports."""
    command = [sys.executable, "-X", "importtime", "-m", "newapi", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.splitlines()}


@pytest.mark.parametrize("words", [("--help",), ("create", "--help"), ("--version",)])
def test_help_imports_nothing_heavy(words: tuple[str, ...]) -> None:
    assert not imported_by(*words) & HEAVY


def test_help_needs_no_pydantic() -> None:
    assert "pydantic" not in imported_by("--help")


def test_version_is_answered_without_typer() -> None:
    assert "typer" not in imported_by("--version")


def test_version_is_that_of_the_package(process: Run) -> None:
    assert process("--version").out == f"newapi {package.__version__}\n"
    assert process("--version", "--help").code == 0


def test_help_names_every_command_and_flag(process: Run) -> None:
    commands = process("--help").out
    flags = process("create", "--help").out

    assert all(command in commands for command in ("create", "features", "doctor", "--version"))
    for flag in ("--preset", "--with", "--without", "--set", "--answers", "--defaults", "-y"):
        assert flag in flags
    for flag in (
        "--template",
        "--ref",
        "--dry-run",
        "--json",
        "--no-git",
        "--no-lock",
        "--force",
        "--forget",
    ):
        assert flag in flags


def test_nothing_at_all_shows_the_help(process: Run) -> None:
    assert "create" in process().out


@pytest.mark.slow
@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii:strict"},
        {"TERM": "dumb"},
        {"COLUMNS": "20"},
        {"COLUMNS": "1"},
        {"NO_COLOR": "1", "FORCE_COLOR": "1"},
    ],
)
def test_any_surroundings_are_fine(
    process: Run, template: Path, here: Path, env: dict[str, str]
) -> None:
    words = (
        "--template",
        str(template),
        "--no-lock",
        "-y",
        "--set",
        "description=Приложение 👩‍👩‍👧",
    )

    result = process("create", "demo", *words, env=env)

    assert result.code == 0
    assert "Traceback" not in result.err
    assert "Приложение" in (here / "demo/README.md").read_text(encoding="utf-8")
    assert process("features", env=env).code == 0
    assert process("create", "demo", "--with", "dokçer", env=env).code == 2


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
@pytest.mark.parametrize("umask", slow_after(1, [0o077, 0o002, 0o022]))
def test_permissions_are_as_the_user_wants_them(
    process: Run, template: Path, here: Path, umask: int
) -> None:
    fork = here.parent / "fork"
    shutil.copytree(template, fork)
    trees.write(fork, {"template/run.sh": "#!/bin/sh\n", "template/odd.txt": "odd\n"})
    (fork / "template/run.sh").chmod(0o711)
    (fork / "template/odd.txt").chmod(0o666)

    words = ("--template", str(fork), "--no-lock", "-y")
    assert process("create", "demo", *words, umask=umask).code == 0

    modes = {name: mode for name, (mode, _) in trees.read(here / "demo").items()}
    assert (modes.pop(".env"), modes.pop("run.sh")) == (0o600, 0o777 & ~umask)
    assert modes.pop("app") == 0o777 & ~umask
    assert set(modes.values()) == {0o666 & ~umask}


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash reads the command back")
def test_command_to_repeat_works_in_any_locale(process: Run, template: Path, here: Path) -> None:
    (here / "ordner-ü").mkdir()
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    description = "Größe 'S' \\ ☃"
    words = ["--template", str(template), "--no-lock", "--no-git", "-y"]
    words += ["--preset", "minimal", "--set", f"description={description}"]

    shown = process("create", "ordner-ü/demo", *words, env=plain)
    document = process("create", "ordner-ü/two", *words, "--json", env=plain).document

    repeat = shown.out.splitlines()[-1].strip()
    assert repeat.isascii()
    read = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' {repeat}"], capture_output=True, check=True, env=plain
    )
    typed = read.stdout.decode().split("\0")
    assert "ordner-ü/demo" in typed
    assert f"description={description}" in typed
    assert document["path"] == str(here / "ordner-ü/two")
    assert f"description={description}" in shlex.split(document["replay"])


def test_colour_is_only_for_terminals(process: Run) -> None:
    assert "\x1b" not in process("features").out
    assert "\x1b[3" not in process("features", env={"NO_COLOR": "1", "FORCE_COLOR": "1"}).out


def test_reader_that_goes_away_is_no_error(template: Path, here: Path) -> None:
    command = [*COMMAND, "create", "demo", "--template", str(template), "--no-lock", "-y"]
    with subprocess.Popen(
        command, cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        errors = running.stderr.read()
        code = running.wait(60)

    assert code == 0
    assert b"Traceback" not in errors
    assert b"BrokenPipe" not in errors
    assert (here / "demo/README.md").is_file()


@pytest.mark.posix
@pytest.mark.parametrize("words", [("--help",), ("features",), ("features", "--json")])
def test_head_sees_only_its_lines(words: tuple[str, ...]) -> None:
    command = f"{shlex.join([*COMMAND, *words])} | head -1"

    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)

    assert done.stdout
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", [("features",), ("features", "--json"), ("--help",)])
def test_output_that_cannot_be_written_is_an_error(words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [*COMMAND, *words]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.posix
def test_closed_streams_are_no_error(template: Path, here: Path) -> None:
    command = shlex.join([*COMMAND, "create", "demo", "--template", str(template), "--no-lock"])

    done = subprocess.run(f"{command} <&- >&- 2>&-", shell=True, cwd=here, check=False)

    assert done.returncode == 0
    assert (here / "demo/README.md").is_file()


def test_input_that_nobody_wants_is_not_read(process: Run, template: Path) -> None:
    words = ("--template", str(template), "--no-lock")
    with Path(os.devnull).open("rb") as nothing:
        assert process("create", "a", *words, stdin=nothing).code == 0
    reading, writing = os.pipe()
    try:
        assert process("create", "b", *words, stdin=reading).code == 0
    finally:
        os.close(reading)
        os.close(writing)


def test_folder_of_somebody_elses_code_is_not_imported(template: Path, here: Path) -> None:
    for name in ("typing.py", "conftest.py", "sitecustomize.py", "yaml.py", "copier.yml"):
        (here / name).write_text("raise SystemExit('imported')\n")
    command = [sys.executable, "-P", "-m", "newapi", "create", "demo", "--no-lock", "-y"]

    done = subprocess.run(
        [*command, "--template", str(template)], cwd=here, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "demo" in names(here)


def test_nothing_of_the_environment_gets_into_the_project(
    process: Run, template: Path, here: Path
) -> None:
    secret = "https://user:hunter2@index.example/simple"
    env = dict.fromkeys(
        ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "HTTPS_PROXY"), secret
    )

    result = process("create", "demo", "--template", str(template), "--no-lock", "-y", env=env)

    assert result.code == 0
    assert "hunter2" not in result.out + result.err
    for path in (here / "demo").rglob("*"):
        assert not path.is_file() or b"hunter2" not in path.read_bytes()


@pytest.mark.parametrize(
    ("words", "proposed"),
    [
        ("newapi cr", ["create"]),
        ("newapi create --preset st", ["standard"]),
        ("newapi create --with auth,it", ["auth,items"]),
        ("newapi create --with git", ["github", "gitlab"]),
        ("newapi create --without doc", ["docker"]),
        ("newapi create --set datab", ["database="]),
        ("newapi features ite", ["items"]),
        ("newapi create --preset zzz", []),
    ],
)
def test_shell_gets_proposals_and_nothing_else(
    process: Run, words: str, proposed: list[str]
) -> None:
    env = {
        "_NEWAPI_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }

    result = process(env=env)

    assert result.out.split() == proposed
    assert result.err == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_can_be_shown(process: Run, shell: str) -> None:
    result = process(env={"_NEWAPI_COMPLETE": f"source_{shell}"})

    assert result.code == 0
    assert "newapi" in result.out
