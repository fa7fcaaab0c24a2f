"""Reading rendered files the way their users do."""

from __future__ import annotations

import ast
import configparser
import json
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

IGNORED = {".git", "__pycache__", ".venv", ".ruff_cache"}


class Loader(yaml.CSafeLoader):
    """Safe YAML plus the tags that compose and GitLab files may use."""


def plain_value(loader: yaml.Loader, _suffix: str, node: yaml.Node) -> object:
    """Read a value with an application's own tag as the value itself."""
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


Loader.add_multi_constructor("!", plain_value)


def parse_ini(text: str) -> dict[str, dict[str, str]]:
    """Read an INI file without interpolation."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return {name: dict(section) for name, section in parser.items()}


def parse_yaml(text: str) -> list[Any]:
    """Read all documents of a YAML file."""
    return list(yaml.load_all(text, Loader))


PARSERS: Mapping[str, Callable[[str], Any]] = {
    ".ini": parse_ini,
    ".json": json.loads,
    ".py": ast.parse,
    ".toml": tomllib.loads,
    ".yaml": parse_yaml,
    ".yml": parse_yaml,
}


def relative_files(project: Path) -> list[str]:
    """Return the paths of a project's files, sorted."""
    return sorted(
        path.relative_to(project).as_posix()
        for path in project.rglob("*")
        if path.is_file() and not IGNORED & set(path.relative_to(project).parts)
    )


def texts(project: Path) -> dict[str, str]:
    """Return the text files of a project with their content."""
    return {name: (project / name).read_text(encoding="utf-8") for name in relative_files(project)}


@cache
def texts_once(project: Path) -> Mapping[str, str]:
    """Return the same of a project that no test changes, and read it once."""
    return texts(project)
