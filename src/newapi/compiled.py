"""Compiled templates, kept where Jinja keeps them: the user's own among the temporary files."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from types import CodeType

from jinja2 import Environment, FileSystemBytecodeCache


def stored(
    environment: Environment, source: str, name: str, compiling: Callable[[], CodeType]
) -> CodeType:
    """Return the code of a template, compiled only if this machine has never done so.

    Whatever is wrong with the folder, or with what is in it, the template is compiled.
    """
    bucket = None
    with suppress(Exception):
        folder = FileSystemBytecodeCache(pattern="newapi_%s.cache")
        marks = (environment.block_start_string, environment.variable_start_string)
        key = "|".join((name, *marks, folder.get_source_checksum(source)))
        bucket = folder.get_bucket(environment, key, None, source)
    if bucket is None:
        return compiling()
    if bucket.code is None:
        bucket.code = compiling()
        with suppress(OSError):
            folder.set_bucket(bucket)
    return bucket.code
