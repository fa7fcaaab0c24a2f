"""Keys, fields and variables that a file has twice, each with its line."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from newapi.update.modules import parsed

if TYPE_CHECKING:
    import yaml

    from newapi.project.tree import Entry

_VARIABLE = re.compile(r"^(?:export\s+)?([A-Za-z_]\w*)=")
_TOML_LINE = re.compile(r"line (\d+)")


def in_yaml(entry: Entry) -> dict[str, int]:
    """Return the keys that a mapping of a YAML file has twice."""
    import yaml

    try:
        roots = list(yaml.compose_all(entry.data.decode("utf-8-sig"), Loader=yaml.BaseLoader))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return {}
    return _twice(found for root in roots for found in _keys(root, ""))


def in_toml(entry: Entry) -> dict[str, int]:
    """Return the first key or table that a TOML file has twice."""
    try:
        tomllib.loads(entry.data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return {}
    except tomllib.TOMLDecodeError as error:
        line = _TOML_LINE.search(str(error))
        if "overwrite" in str(error) or "twice" in str(error):
            number = int(line[1]) if line else 0
            lines = entry.data.decode("utf-8-sig").splitlines()
            return {lines[number - 1].partition("=")[0].strip() if number else "a key": number}
    return {}


def in_env(entry: Entry) -> dict[str, int]:
    """Return the variables that a file such as `.env.example` sets twice."""
    lines = entry.data.decode(errors="replace").splitlines()
    matches = ((_VARIABLE.match(line), number) for number, line in enumerate(lines, 1))
    return _twice((match[1], number) for match, number in matches if match)


def in_classes(entry: Entry) -> dict[str, int]:
    """Return the fields, methods, classes and functions that one body defines twice."""
    module = parsed(entry.data)
    if module is None:
        return {}
    bodies = [("", module.body)]
    bodies += [(f"{node.name}.", node.body) for node in ast.walk(module)
               if isinstance(node, ast.ClassDef)]  # fmt: skip
    return _twice(
        (f"{prefix}{name}", line) for prefix, body in bodies for name, line in _defined(body)
    )


def _defined(body: list[ast.stmt]) -> Iterator[tuple[str, int]]:
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node.lineno
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            # decorators such as `overload` and `setter` define one name several times
            yield from () if node.decorator_list else ((node.name, node.lineno),)


def _keys(node: yaml.Node, prefix: str) -> Iterator[tuple[str, int]]:
    import yaml

    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                name = f"{prefix}{key.value}"
                yield name, key.start_mark.line + 1
                yield from _keys(value, f"{name}.")
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _keys(value, f"{prefix}{number}.")


def _twice(found: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the names that come more than once, with the line of the last one."""
    seen: set[str] = set()
    twice: dict[str, int] = {}
    for name, line in found:
        if name in seen:
            twice[name] = line
        seen.add(name)
    return twice
