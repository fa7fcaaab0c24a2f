"""Compiled templates, kept where Jinja keeps them: the user's own among the temporary files."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from types import CodeType
from typing import TypeAlias

from jinja2 import Environment, FileSystemBytecodeCache

# The settings that affect compiled templates, besides their source.
_SETTINGS = (
    *("block_start_string", "block_end_string", "variable_start_string", "variable_end_string"),
    *("comment_start_string", "comment_end_string", "line_statement_prefix"),
    *("line_comment_prefix", "trim_blocks", "lstrip_blocks", "newline_sequence"),
    *("keep_trailing_newline", "autoescape"),
)

Settings: TypeAlias = tuple[object, ...]


def settings(environment: Environment) -> Settings:
    """Return the settings of an environment that affect compiled templates."""
    return tuple(getattr(environment, name) for name in _SETTINGS)


class Store:
    """Compiles a template only if this machine has never done so.

    Whatever is wrong with the folder, or with what is in it, the template is compiled.
    """

    def __init__(self) -> None:
        self._folder: FileSystemBytecodeCache | None = None
        with suppress(Exception):
            self._folder = FileSystemBytecodeCache(pattern="newapi_%s.cache")

    def code(
        self,
        environment: Environment,
        source: str,
        name: str | None,
        compiling: Callable[[], CodeType],
    ) -> CodeType:
        """Return the code of a template."""
        if self._folder is None:
            return compiling()
        bucket = None
        with suppress(Exception):
            checksum = self._folder.get_source_checksum(source)
            key = repr((name, settings(environment), checksum))
            bucket = self._folder.get_bucket(environment, key, None, source)
        if bucket is None:
            return compiling()
        if bucket.code is None:
            bucket.code = compiling()
            with suppress(OSError):
                self._folder.set_bucket(bucket)
        return bucket.code
