"""Read the tables of a database that there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from newapi.errors import NewapiError
from newapi.model_import import sql_checks
from newapi.model_import.source_model import (
    CheckRule,
    Column,
    Default,
    Note,
    Reference,
    SourceModel,
    Table,
)
from newapi.model_import.sql import read_default, read_type
from newapi.terminal.text import shorten

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine, Inspector

# The drivers that the extra `database` brings; a project's own are asynchronous.
_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_ON_DELETE = {"CASCADE": "cascade", "SET NULL": "set_null"}
_IGNORED = frozenset({"spatial_ref_sys", "sqlite_sequence"})
_TIMEOUT = 10  # seconds


def read(address: str) -> SourceModel:
    """Read a database by its URL.

    Raises:
        NewapiError: It cannot be reached, or has no tables; the message has no password.
    """
    try:
        import sqlalchemy
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError:
        raise _missing("SQLAlchemy") from None
    url = _url(address)
    shown = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)
    try:
        engine = _engine(url)
        with engine.connect():
            found = _read(sqlalchemy.inspect(engine), engine)
        engine.dispose()
    except ModuleNotFoundError as error:
        raise _missing(error.name or "The driver") from None
    except SQLAlchemyError as error:
        reason = shorten(str(getattr(error, "orig", None) or error).splitlines()[0])
        message = f"The database {shown} cannot be read: {reason.rstrip('.')}."
        raise NewapiError(message, "Check that it runs, its name and the password") from None
    if not found.tables:
        raise NewapiError(f"The database {shown} has no tables.", "Check its name")
    return found


def _missing(what: str) -> NewapiError:
    message = f"{what} is not installed, which reads databases."
    return NewapiError(message, "pip install 'newapi-cli[database]'")


def _url(address: str) -> URL:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise NewapiError("The URL of the database cannot be read.", _EXAMPLE) from None
    backend = url.get_backend_name()
    if backend not in _DRIVERS:
        known = "sqlite, postgresql or mysql"
        raise NewapiError(f"A database is {known}, not {shorten(backend)}.", _EXAMPLE)
    return url.set(drivername=_DRIVERS[backend])


_EXAMPLE = "newapi import postgresql://user@localhost/shop"


def _engine(url: URL) -> Engine:
    from pathlib import Path

    import sqlalchemy

    backend = url.get_backend_name()
    if backend != "sqlite":
        return sqlalchemy.create_engine(url, connect_args={"connect_timeout": _TIMEOUT})
    if not url.database or not Path(url.database).is_file():
        raise NewapiError(f"There is no file {url.database}.", "sqlite:///path/of/the/file")
    return sqlalchemy.create_engine(url)


def _read(inspector: Inspector, engine: Engine) -> SourceModel:
    notes: list[Note] = []
    parts = _parts(engine)
    notes += (Note(name, "it is a part of another table") for name in sorted(parts))
    names = [n for n in inspector.get_table_names() if n not in {*_IGNORED, *parts}]
    tables = tuple(_table(inspector, name, engine, notes) for name in names)
    if views := inspector.get_view_names():
        subject = f"{len(views)} view{'s' if len(views) > 1 else ''}"
        notes.append(Note(subject, "only tables are read"))
    return SourceModel(tables, tuple(notes))


def _parts(engine: Engine) -> set[str]:
    """Return the tables of PostgreSQL that are partitions of others."""
    import sqlalchemy

    if engine.dialect.name != "postgresql":
        return set()
    query = "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
    with engine.connect() as connection:
        return {*connection.execute(sqlalchemy.text(query)).scalars()}


def _table(inspector: Inspector, name: str, engine: Engine, notes: list[Note]) -> Table:
    unique = [tuple(each["column_names"]) for each in inspector.get_unique_constraints(name)]
    indexes: list[tuple[str, ...]] = []
    for index in _indexes(inspector, name, engine):
        columns = tuple(column for column in index["column_names"] if column)
        if len(columns) < len(index["column_names"]) or _is_partial(index):
            where = f"{name} ({index['name']})"
            notes.append(Note(where, "an index is over columns and all rows only"))
        elif index["unique"]:
            unique.append(columns)
        else:
            indexes.append(columns)
    found_columns = {each.name: each for each in _columns(inspector.get_columns(name), engine)}
    rules: list[CheckRule] = []
    for check in inspector.get_check_constraints(name):
        dialect = _PARSED[engine.dialect.name]
        found = sql_checks.of_text(check["sqltext"], found_columns.values(), dialect)
        found_columns = found.columns
        rules += found.rules
        notes += (Note(name, f"there is no rule like CHECK ({other})") for other in found.others)
    return Table(
        name=name,
        columns=tuple(found_columns.values()),
        rules=tuple(rules),
        key=tuple(inspector.get_pk_constraint(name)["constrained_columns"]),
        references=tuple(_references(inspector, name)),
        unique=tuple(dict.fromkeys(unique)),
        indexes=tuple(dict.fromkeys(indexes)),
        description=_comment(inspector, name),
    )


def _indexes(inspector: Inspector, name: str, engine: Engine) -> Sequence[Any]:
    """Return the indexes; SQLite has one for each unique constraint, however that is written."""
    if engine.dialect.name == "sqlite":
        return inspector.get_indexes(name, include_auto_indexes=True)
    return inspector.get_indexes(name)


def _is_partial(index: Any) -> bool:
    options = index.get("dialect_options") or {}
    return any(key.endswith("_where") for key in options)


def _comment(inspector: Inspector, name: str) -> str:
    try:
        return inspector.get_table_comment(name)["text"] or ""
    except NotImplementedError:  # SQLite has none
        return ""


def _columns(found: Sequence[Any], engine: Engine) -> Iterator[Column]:
    for each in found:
        values = tuple(getattr(each["type"], "enums", None) or ())
        values = values or tuple(getattr(each["type"], "values", None) or ())
        written = _written(each["type"], engine)
        kind = read_type(written, _PARSED[engine.dialect.name])
        yield Column(
            name=each["name"],
            type="set" if kind.name == "set" else kind.name,
            declared=written.lower(),
            arguments=() if values else kind.arguments,
            values=values,
            is_array=kind.is_array,
            is_unsigned=kind.is_unsigned,
            is_required=not each["nullable"],
            is_computed=bool(each.get("computed")),
            is_counted=each.get("autoincrement") is True or engine.dialect.name == "sqlite",
            default=_default(each.get("default"), engine),
            description=each.get("comment") or "",
        )


_PARSED = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql", "sqlite": "sqlite"}


def _written(kind: Any, engine: Engine) -> str:
    """Return a type as SQL; a column of SQLite may have none."""
    from sqlalchemy.exc import CompileError

    try:
        return str(kind.compile(dialect=engine.dialect))
    except CompileError:
        return "unknown"


def _default(text: str | None, engine: Engine) -> Default | None:
    return read_default(text, _PARSED[engine.dialect.name]) if text else None


def _references(inspector: Inspector, name: str) -> Iterator[Reference]:
    for each in inspector.get_foreign_keys(name):
        deletion = str(each.get("options", {}).get("ondelete") or "").upper()
        yield Reference(
            columns=tuple(each["constrained_columns"]),
            table=each["referred_table"],
            target_columns=tuple(each["referred_columns"]),
            on_delete=_ON_DELETE.get(deletion, "restrict"),
        )
