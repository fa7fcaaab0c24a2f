"""Read a file of answers, which may come from anybody: plain `question: value` lines only."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from newapi.errors import Problem
from newapi.text import shorten

if TYPE_CHECKING:
    import yaml

MAX_BYTES = 64 * 1024

_FIX = "Write one `question: value` per line, as in .copier-answers.yml of a project"
_PATH_FIX = "Give --answers the path of a readable file"
_EMPTY = ("", "~", "null")
# A project's own answers file also records where it came from.
COMMIT, SRC_PATH = "_commit", "_src_path"


def read(path: Path) -> tuple[dict[str, str], list[Problem]]:
    """Return the answers in a file, and everything that is wrong with it."""
    shown = shorten(str(path))
    try:
        content = _bytes(path)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        return {}, [Problem(f"The answers file '{shown}' cannot be read: {reason}.", _PATH_FIX)]
    if len(content) > MAX_BYTES:
        problem = f"The answers file '{shown}' is larger than {MAX_BYTES // 1024} KiB."
        return {}, [Problem(problem, _FIX)]
    answers, flaws = parse(content)
    for name in (COMMIT, SRC_PATH):
        answers.pop(name, None)
    return answers, [Problem(f"The answers file '{shown}' {flaw}.", _FIX) for flaw in flaws]


def _bytes(path: Path) -> bytes:
    """Read a regular file; a pipe or a device could keep us waiting for ever."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is not a regular file")
        return file.read(MAX_BYTES + 1)


def parse(content: bytes) -> tuple[dict[str, str], list[str]]:
    """Return every `key: value` line, and all flaws; where a project came from is among them.

    Only looks at the YAML nodes: no object is ever made of them, so nothing is smuggled in.
    """
    import yaml

    try:
        root = yaml.compose(content.decode("utf-8-sig"), Loader=yaml.BaseLoader)
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        return {}, [_reason(error)]
    if root is None:
        return {}, []
    if not isinstance(root, yaml.MappingNode):
        return {}, ["holds no `question: value` lines"]
    return _scalars(root)


def _scalars(root: yaml.MappingNode) -> tuple[dict[str, str], list[str]]:
    """Return the pairs of a mapping that are plain values, and the flaws of the others."""
    answers: dict[str, str] = {}
    flaws: list[str] = []
    for key, value in root.value:
        line = key.start_mark.line + 1
        if not (_is_plain(key) and _is_plain(value)):
            flaws.append(f"has something else than one plain value in line {line}")
        elif key.value in answers:
            flaws.append(f"answers '{shorten(key.value)}' twice (line {line})")
        else:
            is_empty = value.style is None and value.value in _EMPTY
            answers[key.value] = "" if is_empty else value.value
    return answers, flaws


def _is_plain(node: yaml.Node) -> bool:
    """Tell whether a node is one value without a tag; tags could name Python objects."""
    import yaml

    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str"


def _reason(error: Exception) -> str:
    """Return why a file cannot be read."""
    import yaml

    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8 text"
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        where = error.problem_mark.line + 1
        return f"is not valid YAML: line {where}: {shorten(error.problem or '', 100)}"
    return "is not valid YAML: it holds a character that YAML does not allow"
