"""Read answers from a file or from standard input: plain `question: value` pairs only."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newapi.errors import Problem
from newapi.terminal.text import shorten

if TYPE_CHECKING:
    import yaml

MAX_BYTES = 64 * 1024
STDIN = "-"

_FIX = "Write one `question: value` per line, or a JSON object as `newapi schema` describes it"
_PATH_FIX = "Give --answers the path of a readable file"
_STDIN_FIX = "echo '{\"auth\": true}' | newapi create myproject --answers -"
_EMPTY = ("", "~", "null")
# A project's own answers file also records where it came from.
ANSWERS_FILE = ".copier-answers.yml"
COMMIT, SRC_PATH = "_commit", "_src_path"
ENABLED, DISABLED = "_with", "_without"


@dataclass(frozen=True)
class Answers:
    """The answers in a document: texts from YAML, or the typed values of JSON."""

    values: Mapping[str, str | bool] = field(default_factory=dict)
    is_json: bool = False
    enabled: tuple[str, ...] = ()  # lists of words, as --with and --without take them
    disabled: tuple[str, ...] = ()


def read(path: str) -> tuple[Answers, list[Problem]]:
    """Return the answers in a file, or on standard input for `-`, and all that is wrong."""
    is_stdin = path == STDIN
    what = "Standard input" if is_stdin else f"The answers file '{shorten(path)}'"
    try:
        content = _stdin() if is_stdin else _bytes(Path(path))
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        fix = _STDIN_FIX if is_stdin else _PATH_FIX
        return Answers(), [Problem(f"{what} cannot be read: {reason}.", fix)]
    flaw = ""
    if len(content) > MAX_BYTES:
        flaw = f"is larger than {MAX_BYTES // 1024} KiB"
    elif is_stdin and not content.strip():
        flaw = "is empty"  # what should have written it has probably failed
    answers, flaws = (Answers(), [flaw]) if flaw else understand(content)
    values = {k: v for k, v in answers.values.items() if k not in {COMMIT, SRC_PATH}}
    return replace(answers, values=values), [Problem(f"{what} {flaw}.", _FIX) for flaw in flaws]


def understand(content: bytes) -> tuple[Answers, list[str]]:
    """Return the answers of a JSON object, or of YAML lines, and all flaws."""
    flaw = ""
    try:
        pairs = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_Pairs)
        if isinstance(pairs, _Pairs):
            return _values(pairs)
    except json.JSONDecodeError as error:
        flaw = f"is not valid JSON: line {error.lineno}: {error.msg}"
    except (ValueError, RecursionError):  # which the reader of YAML explains
        pass
    texts, flaws = parse(content)
    enabled, disabled = (texts.pop(name, "") for name in (ENABLED, DISABLED))
    found = Answers(dict(texts), enabled=(enabled,), disabled=(disabled,))
    is_meant_as_json = flaw and content.lstrip().startswith(b"{")
    return found, [flaw] if flaws and is_meant_as_json else flaws


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object, in which a name can come twice."""


def _values(pairs: _Pairs) -> tuple[Answers, list[str]]:
    """Return the members of a JSON object that are texts or truth values, and the other flaws.

    Only what is to be switched on or off may be a list.
    """
    counts = Counter(name for name, _ in pairs)
    flaws = [f"answers '{shorten(name)}' twice" for name, count in counts.items() if count > 1]
    lists: dict[str, tuple[str, ...]] = dict.fromkeys((ENABLED, DISABLED), ())
    values: dict[str, str | bool] = {}
    for name, value in pairs:
        if name in lists:
            lists[name] = _words(value)
            flaws += [] if lists[name] or value == [] else [f"has no list of texts for '{name}'"]
        elif isinstance(value, str | bool):
            values[name] = value
        else:
            flaws.append(f"has something else than a text, true or false for '{shorten(name)}'")
    found = Answers(values, is_json=True, enabled=lists[ENABLED], disabled=lists[DISABLED])
    return found, flaws


def _words(value: object) -> tuple[str, ...]:
    """Return the texts of a list; none if it holds anything else."""
    texts = value if isinstance(value, list) else []
    return tuple(texts) if all(isinstance(text, str) for text in texts) else ()


def _stdin() -> bytes:
    """Read what another program writes; a person would not know that newapi waits."""
    if sys.stdin.isatty():
        raise OSError(0, "it is a terminal")
    return sys.stdin.buffer.read(MAX_BYTES + 1)


def _bytes(path: Path) -> bytes:
    """Read a regular file; a pipe or a device could block without end."""
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
        kind = "a list" if isinstance(root, yaml.SequenceNode) else "one value"
        return {}, [f"is {kind}, and holds no `question: value` lines"]
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
