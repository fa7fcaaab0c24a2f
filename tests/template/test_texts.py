"""Titles, descriptions and names are text: they appear literally and break no file."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from newapi.template.engine import render
from newapi.template.sources import Source
from tests.conftest import Render
from tests.marks import slow_after
from tests.matrix import CATALOG, PRESETS
from tests.template.files import PARSERS, texts, texts_once

RULED = {"project_name", "author_email"}
FREE = [
    question.name
    for question in CATALOG.questions.values()
    if not question.values and question.name not in RULED
]
MARKS = {name: f"{name.replace('_', '').capitalize()}mark" for name in FREE}
CHOICES = {**PRESETS["full"], "license": "MIT", "author_email": "ada@example.com"}
NASTY = [
    """It's "quoted" and 'quoted'""",
    "{{ 7 * 7 }} ${X} #{y} {0} %s %(name)s",
    "# {% if auth %}",
    "{% raw %} {#- gone -#} #}",
    r"C:\new\table \u0041 \N{DIGIT ONE} \\",
    "</script><script>alert(1)</script> */ --> ]]>",
    "key: value # comment, [list], - item, *alias, &anchor, !tag, @at, `tick`, | > ?",
    "'''",
    '"""',
    "🚀 naïve 項目 ﬁle",
    "yes",
    "1.10",
    "= ; [section]",
    "a long sentence that goes on " + "and on " * 25 + "to its end",
]
PRINTABLE = st.characters(categories=("L", "N", "P", "S", "Zs"), codec="utf-8")
TEXT = st.one_of(
    st.sampled_from(NASTY),
    st.text(PRINTABLE, min_size=1, max_size=60).map(str.strip).filter(bool),
)


class Restate(ast.NodeTransformer):
    """Replace text in the string constants of Python code."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self.words = words

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        """Replace the text of one constant."""
        return ast.Constant(restate(node.value, self.words))


def restate(value: Any, words: Mapping[str, str]) -> Any:
    """Replace text in parsed data of any shape."""
    match value:
        case str():
            for mark, word in words.items():
                value = value.replace(mark, word)
            return value
        case list():
            return [restate(entry, words) for entry in value]
        case dict():
            return {restate(key, words): restate(entry, words) for key, entry in value.items()}
        case ast.AST():
            return ast.dump(Restate(words).visit(value))
        case _:
            return value


def test_texts_reach_the_readme_and_the_metadata(rendered: Render) -> None:
    files = texts_once(rendered({**CHOICES, **MARKS}))

    assert MARKS["description"] in files["README.md"]
    assert MARKS["description"] in files["pyproject.toml"]
    assert MARKS["author_name"] in files["pyproject.toml"]
    assert MARKS["author_name"] in files["LICENSE"]


def nasty(offset: int) -> dict[str, str]:
    """Return one nasty text for each free question."""
    return {name: NASTY[(offset + index) % len(NASTY)] for index, name in enumerate(FREE)}


Check = Callable[[dict[str, str]], None]


@pytest.fixture(scope="session")
def check(source: Source, rendered: Render, tmp_path_factory: pytest.TempPathFactory) -> Check:
    """Return a check that texts are in a project literally, and that ruff accepts its files."""

    def check_texts(typed: dict[str, str]) -> None:
        project = tmp_path_factory.mktemp("texts") / "myproject"
        render(source, {**CHOICES, **typed}, project)
        compare(texts(project), texts_once(rendered({**CHOICES, **MARKS})), typed)
        assert not ruff_complaints(project)

    return check_texts


def compare(found: Mapping[str, str], marked: Mapping[str, str], typed: dict[str, str]) -> None:
    """Check that files have the typed texts where other ones have the marks of the questions."""
    words = {MARKS[name]: text for name, text in typed.items()}
    assert found.keys() == marked.keys()
    for name, text in marked.items():
        parse = PARSERS.get(Path(name).suffix, str)
        if any(mark in text for mark in words):
            assert restate(parse(found[name]), {}) == restate(parse(text), words), name
        else:
            assert found[name] == text, name


@pytest.mark.parametrize("offset", slow_after(2, range(0, len(NASTY), len(FREE))))
def test_each_nasty_text_appears_literally(offset: int, check: Check) -> None:
    check(nasty(offset))


@pytest.mark.long
@given(typed=st.fixed_dictionaries(dict.fromkeys(FREE, TEXT)))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(typed=nasty(0))
@example(typed=nasty(2))
@example(typed=nasty(4))
@example(typed=nasty(6))
@example(typed=nasty(8))
@example(typed=nasty(10))
@example(typed=nasty(12))
def test_any_printable_text_appears_literally(typed: dict[str, str], check: Check) -> None:
    check(typed)


def ruff_complaints(project: Path) -> str:
    """Return what ruff would change in a project."""
    checks = (["format", "--check"], ["check"])
    return "".join(
        subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                *check,
                "--no-cache",
                "--quiet",
                "--output-format=concise",
                ".",
            ],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        for check in checks
    )
