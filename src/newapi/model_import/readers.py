"""Determine the kind of a source, and read it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from newapi.errors import NewapiError, Problem, UsageError
from newapi.model_import.source_model import Note, SourceError, SourceModel
from newapi.template import features
from newapi.terminal.text import shorten

Kind: TypeAlias = Literal["jdl", "sql", "dbml", "database"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MAX_BYTES = 256 * 1024 * 1024

_URL = re.compile(r"[a-z][a-z0-9+]*://", re.IGNORECASE)
_PASSWORD = re.compile(r"(?<=://)([^:/@]*):.*@")
_KIND_BY_SUFFIX: dict[str, Kind] = {
    ".jdl": "jdl",
    ".jh": "jdl",
    ".sql": "sql",
    ".ddl": "sql",
    ".dbml": "dbml",
    ".db": "database",
    ".sqlite": "database",
    ".sqlite3": "database",
}
# Models in other languages, and how their own tools turn them into SQL or a database.
_INSTEAD: dict[str, str] = {
    ".prisma": "npx prisma migrate diff --from-empty --to-schema-datamodel schema.prisma --script"
    " > schema.sql",
    ".rb": "bin/rails db:create db:schema:load, then newapi import with the URL of that database",
    ".py": "python manage.py migrate, then newapi import with the URL of that database",
}
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_OLDER = "cp1252"  # what older tools of Windows write
_BYTE_ORDER_MARK = "\ufeff"  # also between files that were joined
_CONTROL = re.compile(r"[\0-\x08\x0e-\x19\x1b-\x1f]")


def kind_of(source: str, given: str | None) -> Kind:
    """Return the kind of a source.

    Raises:
        UsageError: There is no such kind, or the name of the source does not say it.
    """
    if given is not None:
        kind = next((each for each in KINDS if each == given), None)
        if kind is None:
            near = features.nearest(given, KINDS) or "|".join(KINDS)
            message = f"--from is {', '.join(KINDS[:-1])} or {KINDS[-1]}, not '{shorten(given)}'."
            raise UsageError([Problem(message, f"--from {near}")])
        return kind
    if _URL.match(source):
        return "database"
    if found := _KIND_BY_SUFFIX.get(Path(source).suffix.lower()):
        return found
    message = f"The name of {shorten(source)} does not say what it is."
    usual = "--from jdl, --from sql, --from dbml or --from database"
    raise UsageError([Problem(message, _INSTEAD.get(Path(source).suffix.lower(), usual))])


def shown(source: str) -> str:
    """Return the source without a password."""
    return _PASSWORD.sub(r"\1:***@", source)


def read(source: str, kind: Kind) -> SourceModel:
    """Read a source.

    Raises:
        NewapiError: It cannot be read; says where, and what was expected.
    """
    if kind == "database":
        from newapi.model_import import database

        return database.read(source if _URL.match(source) else f"sqlite:///{source}")
    text, notes = _text(source)
    found = _parsed(text, Path(source).name, kind)
    return replace(found, notes=(*notes, *found.notes))


def _parsed(text: str, name: str, kind: Kind) -> SourceModel:
    if kind == "jdl":
        from newapi.model_import import jdl

        return jdl.read(text, name)
    if kind == "dbml":
        from newapi.model_import import dbml

        return dbml.read(text, name)
    from newapi.model_import import sql

    return sql.read(text, name)


def _text(source: str) -> tuple[str, tuple[Note, ...]]:
    """Return the text of a file, and a note where its encoding had to be assumed."""
    path = Path(source)
    if not path.is_file():
        what = "a folder" if path.is_dir() else "not there"
        raise NewapiError(f"{shorten(shown(source))} is {what}.", "Give the path of a file")
    if path.stat().st_size > MAX_BYTES:
        flaw = f"it is larger than {MAX_BYTES // 1024 // 1024} MiB"
        raise SourceError(path.name, None, flaw, "Dump the schema without the rows")
    data = path.read_bytes()
    encoding = next((_MARKS[mark] for mark in _MARKS if data.startswith(mark)), "utf-8")
    notes: tuple[Note, ...] = ()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        text = data.decode(_OLDER, errors="replace")
        line = data.count(b"\n", 0, error.start) + 1
        notes = (Note(path.name, "it is not text in UTF-8", "read as Windows-1252", line),)
    if _CONTROL.search(text):
        raise SourceError(path.name, None, "it is not text", "Give a text file, or --from database")
    return text.replace(_BYTE_ORDER_MARK, ""), notes
