"""Bad input gets a message and the way out, the designed exit code, and leaves nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Run, names
from tests.runs import Result

BAD_NAMES = [
    *("", " ", ".", "..", "/", "~", "a/..", "~/demo"),
    *("class", "json", "fastapi", "app", "tests", "site"),
    *("con", "NUL", "aux.py", "com1", "lpt9", "demo.", "demo-"),
    *("naïve", "ﬁle", "項目", "🚀", "a b", "{{ 7*7 }}", "x" * 65, "x" * 300, "x" * 5000),
    *("a\x1b[2J", "a\x1b]8;;http://x\x07", "a\rb", "a\nb", "a\u202eb", "a\u200bb", "\udcff"),
]


def refused(result: Result, here: Path, *, code: int = 2) -> str:
    """Check the properties that all refusals share; return the message."""
    assert result.code == code
    assert "fix: " in result.err
    assert "Traceback" not in result.err
    assert not [c for c in result.err if not c.isprintable() and c != "\n"]
    assert not [name for name in names(here) if "newapi" in name]
    return result.err


@pytest.mark.parametrize("name", BAD_NAMES)
def test_bad_name_is_refused(create: Run, here: Path, name: str) -> None:
    refused(create("--defaults", "--", name), here)

    assert names(here) == []


@pytest.mark.parametrize("name", ["-rf", "--help", "--upload-pack=x"])
def test_flag_as_a_name_is_refused(create: Run, here: Path, name: str) -> None:
    assert "starts with a letter" in refused(create("--defaults", "--", name), here)


def test_dependency_of_the_template_is_no_name(newapi: Run, here: Path) -> None:
    assert "projects depend on" in refused(newapi("create", "SQLAlchemy", "--defaults"), here)


def test_missing_name_is_refused(create: Run, here: Path) -> None:
    assert "needs a name" in refused(create("--defaults"), here)


def test_everything_wrong_is_said_at_once(create: Run, here: Path) -> None:
    (here / "a.yml").write_text("colour: red\nauth: perhaps\n")

    message = refused(
        create(
            *("class", "--preset", "stan", "--with", "dokcer,items", "--without", "auth"),
            *("--set", "databse=x", "--set", "database=oracle", "--answers", "a.yml"),
        ),
        here,
    )

    for part in ("8 problems", "stan", "colour", "perhaps", "class", "dokcer", "databse", "oracle"):
        assert part in message
    assert "items needs auth, which is switched off by --without auth" in message


@pytest.mark.parametrize(
    "words",
    [
        ("--with", "dokcer"),
        ("--with", "auth", "--without", "auth"),
        ("--with", "items", "--without", "auth"),
        ("--with", "github,gitlab"),
        ("--set", "auth=1", "--set", "auth=0"),
        ("--set", "auth"),
        ("--set", "author_email=a@b\nX: y"),
        ("--set", "author_email=$(id)"),
        ("--set", "author_name=a\x1b[2J"),
        ("--set", "description=a\nb"),
        ("--set", "description=" + "x" * 501),
        ("--set", "project_title="),
        ("--set", "project_name=../../evil"),
        ("--set", "project_slug=x"),
        ("--set", "_commit=--upload-pack=x"),
        ("--preset", "huge"),
        ("--preset", ""),
        ("--answers", "missing.yml"),
        ("--answers", "/dev/zero"),
        ("--answers", "."),
        ("--template", "nowhere"),
        ("--ref", "v9.9.9"),
        ("--bogus",),
        ("--set",),
        ("extra",),
    ],
)
def test_bad_choice_is_refused(create: Run, here: Path, words: tuple[str, ...]) -> None:
    refused(create("demo", "--defaults", *words), here)

    assert names(here) == []


@pytest.mark.parametrize(
    "content",
    [
        b"a: [",
        b"- list",
        b"colour: red",
        b"auth: true\nauth: false",
        b"auth: !!python/object/apply:os.system [touch evil]",
        b"a: &a [1]\nb: [*a, *a]",
        b"auth: \xff",
        b"auth: true\n---\nauth: false\n",
        b"description: " + b"x" * 70_000,
        b'author_name: "\\e[2J"',
        b"_tasks: evil",
    ],
)
def test_bad_answers_file_is_refused(create: Run, here: Path, content: bytes) -> None:
    (here / "a.yml").write_bytes(content)

    refused(create("demo", "--defaults", "--answers", "a.yml"), here)

    assert names(here) == ["a.yml"]


def _file(path: Path) -> None:
    path.write_text("mine", encoding="utf-8")


def _filled(path: Path) -> None:
    path.mkdir()
    (path / "mine").touch()


def _link(path: Path) -> None:
    (path.parent / "elsewhere").mkdir()
    path.symlink_to("elsewhere")


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.posix
@pytest.mark.parametrize("prepare", [_file, _filled, _link, _dangling, _pipe])
def test_target_that_is_taken_is_refused_and_untouched(
    create: Run, here: Path, prepare: object
) -> None:
    assert callable(prepare)
    prepare(here / "demo")
    before = names(here)

    refused(create("demo", "--defaults"), here)

    assert names(here) == before


def test_force_is_not_for_home(create: Run, here: Path, home: Path) -> None:
    refused(create(str(home), "--defaults", "--force"), here)

    assert names(home) == [".gitconfig"]


def test_too_long_path_is_an_error_of_the_environment(create: Run, here: Path) -> None:
    target = "/".join(["d" * 200] * 30) + "/demo"

    refused(create(target, "--defaults"), here, code=1)


@pytest.mark.parametrize("command", [("nope",), ("--nope",), ("features", "nope"), ("doctor", "x")])
def test_unknown_command_or_word_is_refused(
    newapi: Run, here: Path, command: tuple[str, ...]
) -> None:
    refused(newapi(*command), here)


def test_bug_is_no_traceback(create: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newapi.template.catalog.load", lambda _: 1 / 0)

    assert "ZeroDivisionError" in refused(create("demo", "-y"), here, code=1)
