"""An answers file holds plain lines; whatever else it holds does no harm."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from newapi.project import answers_file


def read(path: Path, content: str | bytes) -> tuple[dict[str, str | bool], list[str]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found, problems = answers_file.read(str(path))
    assert all(problem.fix for problem in problems)
    return dict(found.values), [problem.message for problem in problems]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.yml"


def test_lines_are_answers_as_they_are_written(path: Path) -> None:
    found, problems = read(
        path, "# mine\nauth: true\npython_version: 3.10\nday: 2026-11-22\ndescription: 'a: b'\n"
    )

    assert not problems
    assert found == {
        "auth": "true",
        "python_version": "3.10",
        "day": "2026-11-22",
        "description": "a: b",
    }


def test_answers_file_of_a_project_can_be_used(path: Path) -> None:
    found, problems = read(
        path, "_commit: v1\n_src_path: https://x\nauth: false\nauthor_name: ''\n"
    )

    assert not problems
    assert found == {"auth": "false", "author_name": ""}


def test_missing_value_is_an_empty_text(path: Path) -> None:
    assert read(path, "a:\nb: ~\nc: null\nd: 'null'\n") == (
        {"a": "", "b": "", "c": "", "d": "null"},
        [],
    )


def test_empty_file_answers_nothing(path: Path) -> None:
    assert read(path, "") == ({}, [])
    assert read(path, "# only a comment\n") == ({}, [])


def test_json_has_texts_and_truth_values(path: Path) -> None:
    content = '\t{"auth": true, "items": false, "description": "\\ud83d\\ude80 yes"}'

    assert read(path, content) == (
        {"auth": True, "items": False, "description": "🚀 yes"},
        [],
    )


def test_byte_order_mark_is_no_mistake(path: Path) -> None:
    assert read(path, b"\xef\xbb\xbfa: 1\n") == ({"a": "1"}, [])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a: [", "not valid YAML: line 1"),
        ("a: 'b", "not valid YAML"),
        ("a: b: c", "not valid YAML: line 1"),
        ("\tb: 1", "not valid YAML"),
        ("a: 1\n---\nb: 2\n", "not valid YAML: line 2"),
        ("a: \x01", "a character that YAML does not allow"),
        ("- a\n- b\n", "is a list, and holds no `question: value` lines"),
        ('["auth"]', "is a list, and holds no `question: value` lines"),
        ("just words", "is one value, and holds no `question: value` lines"),
        ('{"auth": true', "not valid JSON: line 1: Expecting ',' delimiter"),
        ('{"auth": true, "auth": false}', "answers 'auth' twice"),
        ('{"auth": null}', "something else than a text, true or false for 'auth'"),
        (
            '{"python_version": 3.12}',
            "something else than a text, true or false for 'python_version'",
        ),
        ('{"a": {"b": "c"}}', "something else than a text, true or false for 'a'"),
        ('{"a": ' + "[" * 20_000, "nested too deeply"),
        ("a: [1, 2]\n", "plain value in line 1"),
        ("a:\n  b: 1\n", "plain value in line 1"),
        ("? [a]\n: 1\n", "plain value in line 1"),
        ("a: !!python/object/apply:os.system [date]\n", "plain value in line 1"),
        ("x: 1\na: !secret b\n", "plain value in line 2"),
        ("auth: true\nauth: false\n", "answers 'auth' twice (line 2)"),
        ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "plain value in line 1"),
        ("a: *nowhere\n", "not valid YAML"),
        ("[" * 20_000, "nested too deeply"),
        (b"a: \xff\xfe", "not UTF-8"),
        ("a: " + "x" * 70_000, "larger than 64 KiB"),
    ],
)
def test_anything_else_is_refused_with_the_reason(
    path: Path, content: str | bytes, reason: str
) -> None:
    _, problems = read(path, content)

    assert reason in problems[0]
    assert all(problem.isprintable() for problem in problems)


def test_every_flaw_is_found(path: Path) -> None:
    found, problems = read(path, "a: 1\na: 2\nb: [1]\nc: 3\n")

    assert (found, len(problems)) == ({"a": "1", "c": "3"}, 2)


def test_missing_file_is_a_problem(path: Path) -> None:
    _, problems = answers_file.read(str(path))

    assert "No such file" in problems[0].message


def test_folder_is_a_problem(tmp_path: Path) -> None:
    _, problems = answers_file.read(str(tmp_path))

    assert "cannot be read" in problems[0].message


@pytest.mark.posix
def test_pipe_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)

    _, problems = answers_file.read(str(path))

    assert "not a regular file" in problems[0].message
