"""Every rendered file is complete, clean and readable by its own parser."""

from __future__ import annotations

import configparser
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.matrix import TEMPLATE
from tests.template.files import PARSERS, texts_once

JINJA = re.compile(r"\{%|%\}|\{#-|-#\}|(?<!\$)\{\{")
AIRY = (".md", ".mako", ".py")  # two blank lines in a row may be meant
SEAMS = sorted(path.relative_to(TEMPLATE).as_posix() for path in TEMPLATE.rglob("*.jinja"))


def test_no_template_syntax_is_left_over(project: Path) -> None:
    leftovers = [
        f"{name}:{number}: {line}"
        for name, text in texts_once(project).items()
        for number, line in enumerate(text.splitlines(), 1)
        if JINJA.search(line) or name.endswith(".jinja")
    ]

    assert not leftovers


def test_every_file_parses(project: Path) -> None:
    mistakes = {
        name: find_mistake(Path(name).suffix, text) for name, text in texts_once(project).items()
    }

    assert not {name: mistake for name, mistake in mistakes.items() if mistake}


@cache
def find_mistake(suffix: str, text: str) -> str:
    """Return why a file cannot be parsed, or nothing; most files are the same in many projects."""
    if parse := PARSERS.get(suffix):
        try:
            parse(text)
        except (ValueError, SyntaxError, yaml.YAMLError, configparser.Error) as error:
            return str(error)
    return ""


def test_every_file_ends_and_breathes_as_an_editor_would_leave_it(project: Path) -> None:
    debris = [
        f"{name}: {text[-30:]!r}"
        for name, text in texts_once(project).items()
        if text
        and name != "LICENSE"
        and (
            not text.endswith("\n")
            or text.endswith("\n\n")
            or text.startswith("\n")
            or "\r" in text
            or re.search(r"[ \t]+$", text, re.MULTILINE)
            or "\n" * (4 if name.endswith(AIRY) else 3) in text
        )
    ]

    assert not debris


@pytest.mark.parametrize("seam", SEAMS)
def test_a_seam_is_a_valid_file_with_whole_line_fences(seam: str) -> None:
    text = (TEMPLATE / seam).read_text(encoding="utf-8")
    inline = [line for line in text.splitlines() if "{%" in line and not is_fence(line)]

    assert not inline
    if Path(seam.removesuffix(".jinja")).suffix == ".py":
        PARSERS[".py"](text)


def is_fence(line: str) -> bool:
    """Tell whether a line is nothing but Jinja statements in comments."""
    words = "if|elif|else|endif|for|endfor|set|endset|include"
    return re.fullmatch(rf"\s*(# \{{% ({words})\b[^%]*%\}})+", line) is not None
