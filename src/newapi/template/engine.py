"""Render a template into a folder: the only module that knows Copier."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Any

from newapi.errors import NewapiError
from newapi.template.sources import Source

ANSWERS_FILE = ".copier-answers.yml"
_COMPILED: dict[tuple[Any, ...], Any] = {}  # an update renders nearly the same twice
_GATHERS = (  # Copier's own; see docs/decisions/0008-speed.md
    ("Worker", "_answers_to_remember"),
    ("Worker", "answers_relpath"),
    ("AnswersMap", "combined"),
)
_PROVENANCE = re.compile(r"^_src_path:.*\n(?:[ \t].*\n)*", re.MULTILINE)

# What Copier raises, unwrapped, when a setting of a template has the wrong form.
_MISTAKES = (ValueError, TypeError, AttributeError, AssertionError, LookupError)


def render(source: Source, answers: Mapping[str, bool | str], destination: Path) -> None:
    """Render a template with exactly these answers into a folder that is absent or empty.

    The result is byte for byte what `copier copy` of the same version makes; only the two lines
    that say where it came from are ours.

    Raises:
        NewapiError: The template is broken, or did not record an answer.
    """
    with _explained("template"):
        _copy(source.path, answers, destination)
        _record(source, answers, destination / ANSWERS_FILE)


def generate(generator: Path, context: Mapping[str, Any], destination: Path) -> None:
    """Render a generator, a template without an answers file, into a folder.

    Raises:
        NewapiError: The generator is broken.
    """
    with _explained("generator"):
        _copy(generator, context, destination)


def _copy(template: Path, data: Mapping[str, Any], destination: Path) -> None:
    import copier
    from copier.errors import CopierWarning
    from plumbum import local

    with (
        warnings.catch_warnings(action="ignore", category=CopierWarning),
        local.env(PATH=os.devnull),  # no git: it would be asked once per file
        _compiling_little(),
        _gathering_answers_once(),
        _reading_quickly(),
    ):
        copier.run_copy(
            str(template),
            destination,
            data=dict(data),
            defaults=True,
            overwrite=True,
            quiet=True,
            unsafe=False,
            skip_tasks=True,
            cleanup_on_error=False,
            settings=copier.Settings(),
        )


@contextmanager
def _explained(what: str) -> Iterator[None]:
    import jinja2
    import yaml
    from copier.errors import CopierError

    try:
        yield
    except (CopierError, jinja2.TemplateError, yaml.YAMLError, *_MISTAKES) as error:
        raise _broken(f"The {what} cannot be rendered: {_one_line(error)}") from error


def _broken(message: str) -> NewapiError:
    return NewapiError(message, "Mend the template, or leave --template out to use newapi's own")


def _record(source: Source, answers: Mapping[str, bool | str], path: Path) -> None:
    """Say where the project came from, and make sure that it can be made again."""
    import yaml

    try:
        text = path.read_bytes().decode()
    except FileNotFoundError as error:
        raise _broken(f"The template does not write {ANSWERS_FILE}.") from error
    provenance = {"_commit": source.commit} if source.commit else {}
    provenance["_src_path"] = source.src_path
    lines = yaml.dump(provenance, indent=4, allow_unicode=True, default_flow_style=False)
    text, found = _PROVENANCE.subn(lambda _: lines, text, count=1)
    recorded = yaml.safe_load(text) if found else None
    if not isinstance(recorded, dict):
        raise _broken(f"The template's {ANSWERS_FILE} does not hold its answers.")
    lost = [name for name, value in answers.items() if recorded.get(name) != value]
    if lost:
        raise _broken(f"The template did not record these answers: {', '.join(lost)}.")
    path.write_bytes(text.encode())


@dataclass(frozen=True)
class _Plain:
    """A template string without anything to replace."""

    text: str

    def render(self, *_: object, **__: object) -> str:
        return self.text


@contextmanager
def _compiling_little() -> Iterator[None]:
    """Compile equal template strings once, and plain ones not at all.

    Copier compiles each part of each path anew, though most are only words. This halves the time
    of a rendering.
    """
    from jinja2 import Environment

    from newapi.template.bytecode_cache import Store, settings

    environment: Any = Environment
    store = Store()
    originals = environment.compile, environment.from_string

    def from_string(self: Environment, source: Any, *arguments: Any) -> Any:
        marks = (self.block_start_string, self.variable_start_string, self.comment_start_string)
        if not isinstance(source, str) or any(mark in source for mark in (*marks, "\n")):
            return originals[1](self, source, *arguments)
        return _Plain(source)

    def compile_(
        self: Environment, source: Any, name: Any = None, filename: Any = None, *rest: Any
    ) -> Any:
        key = (settings(self), source, name, rest)
        if key not in _COMPILED:
            compiling = partial(originals[0], self, source, name, filename, *rest)
            _COMPILED[key] = store.code(self, source, name, compiling)
        return _COMPILED[key]

    environment.compile, environment.from_string = compile_, from_string
    try:
        yield
    finally:
        environment.compile, environment.from_string = originals


@contextmanager
def _gathering_answers_once() -> Iterator[None]:
    """Collect once the values that do not change after the questions.

    Copier gathers it for each part of each path. Should a later Copier do it in another way, this
    does nothing.
    """
    from copier import _main

    originals: list[tuple[Any, str, Any]] = []
    for owner_name, name in _GATHERS:
        owner = getattr(_main, owner_name, None)
        original = getattr(owner, name, None)
        if isinstance(original, property | FunctionType):
            originals.append((owner, name, original))
    for owner, name, original in originals:
        is_property = isinstance(original, property)
        once = _once(original.fget if is_property else original)
        setattr(owner, name, property(once) if is_property else once)
    try:
        yield
    finally:
        for owner, name, original in originals:
            setattr(owner, name, original)


def _once(gather: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Remember what this finds out about an object while files are rendered."""
    from copier import Phase

    found: dict[int, tuple[Any, Any]] = {}  # the object too, so that no other takes its id

    def gather_once(self: Any) -> Any:
        if Phase.current() is not Phase.RENDER:
            return gather(self)
        if id(self) not in found:
            found[id(self)] = self, gather(self)
        return found[id(self)][1]

    return gather_once


@contextmanager
def _reading_quickly() -> Iterator[None]:
    """Read the questions with the parser in C, where PyYAML has it."""
    import yaml

    module: Any = yaml
    original = yaml.SafeLoader
    module.SafeLoader = getattr(yaml, "CSafeLoader", original)
    try:
        yield
    finally:
        module.SafeLoader = original


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
