"""What refers to users in a source, and which table the users of the project stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from newapi.model_import import resource_names
from newapi.model_import.source_model import (
    BUILT_IN_USER,
    Column,
    Note,
    Reference,
    SourceModel,
    Table,
)
from newapi.resources import naming
from newapi.resources.project_names import ProjectNames
from newapi.resources.users import USERS

# Tables of users, and other names for the columns of the project's users.
_TABLES = frozenset({USERS.name, "auth_user", "jhi_user"})
_COLUMNS = frozenset(
    {
        *("id", "created_at", "updated_at"),
        *("email", "e_mail", "mail", "email_address"),
        *("full_name", "name", "display_name"),
        *("password", "password_hash", "hashed_password", "encrypted_password", "password_digest"),
        *("role", "admin", "is_admin", "is_superuser"),
        *("is_active", "active", "activated", "enabled"),
    }
)
_STAND_IN = "the users of the project stand for it"
# Names of references to the owner of a row, the clearest first.
_OWNERS = ("owner", "user", "created_by")


def table_of_users(source: SourceModel, around: ProjectNames) -> Table | None:
    """Return the table that the users of the project stand for."""
    has_users = around.accounts and USERS.name in around.modules
    names = {
        naming.singular_of(resource_names.of_column(each.name)): each for each in source.tables
    }
    return next((names[name] for name in sorted(_TABLES & names.keys()) if has_users), None)


def profile_of(source: SourceModel, users: Table) -> Table | None:
    """Return a table for the columns that the users of the project lack, with a row for each user.

    It is None if no column is missing and the table refers to no other.
    """
    lost = lost_columns(users)
    if not lost and not users.references:
        return None
    columns = tuple(
        column
        for column in users.columns
        if column.name in lost or any(column.name in each.columns for each in users.references)
    )
    names = {column.name for column in columns}
    to_user = Column(name=_LINK, type="uuid", is_required=True, is_unique=True, line=users.line)
    reference = Reference(
        columns=(_LINK,), table=BUILT_IN_USER, on_delete="cascade", line=users.line
    )
    taken = {naming.singular_of(resource_names.of_column(each.name)) for each in source.tables}
    return replace(
        users,
        name=next(name for name in _PROFILES if naming.singular_of(name) not in taken),
        columns=(to_user, *columns),
        key=(),
        references=(reference, *users.references),
        unique=tuple(group for group in users.unique if names.issuperset(group)),
        indexes=tuple(group for group in users.indexes if names.issuperset(group)),
        rules=tuple(rule for rule in users.rules if names.issuperset(rule.columns)),
    )


_LINK = "account_id"
_PROFILES = ("profiles", "user_profiles", "account_profiles", "profiles_of_users")


def without(source: SourceModel, users: Table, profile: Table | None) -> SourceModel:
    """Return the other tables, with references to the users as those of JHipster have them."""
    others = [table for table in source.tables if table != users]
    tables = tuple(
        replace(table, references=tuple(_to_users(each, users) for each in table.references))
        for table in (*others, *([profile] if profile else []))
    )
    return replace(source, tables=tables)


def _to_users(reference: Reference, users: Table) -> Reference:
    is_user = reference.table.lower() == users.name.lower()
    return replace(reference, table=BUILT_IN_USER) if is_user else reference


def lost_columns(users: Table) -> list[str]:
    """Return the columns that the users of the project have no equal for."""
    plain = plain_columns(users)
    return [name for name in plain if resource_names.of_column(name) not in _COLUMNS]


def plain_columns(table: Table) -> list[str]:
    """Return the columns that refer to no other table."""
    referring = {name for each in table.references for name in each.columns}
    return [column.name for column in table.columns if column.name not in referring]


def kept_columns(users: Table) -> list[str]:
    """Return the columns that the users of the project have, as far as they refer to nothing."""
    lost = lost_columns(users)
    return [name for name in plain_columns(users) if name not in lost]


def notes(users: Table, profile: Table | None) -> Iterator[Note]:
    """Yield notes on the columns that the users of the project have, and on those they lack."""
    yield Note(users.name, _STAND_IN, f"ref({USERS.name})", users.line)
    if profile:
        listed = [each.name for each in profile.columns if each.name != _LINK]
        message = "the users of a project have no such columns; a row for each user has them"
        subject = f"{users.name} ({', '.join(listed)})"
        yield Note(subject, message, naming.singular_of(profile.name), users.line)


def built_in_notes(source: SourceModel) -> Iterator[Note]:
    """Say what becomes of the entity of users that every project of JHipster has."""
    is_there = any(table.name.lower() == BUILT_IN_USER.lower() for table in source.tables)
    lines = [
        reference.line
        for table in source.tables
        for reference in table.references
        if reference.table == BUILT_IN_USER
    ]
    if lines and not is_there:
        yield Note(BUILT_IN_USER, _STAND_IN, f"ref({USERS.name})", lines[0])


def owner_of(table: Table) -> Reference | None:
    """Return the reference that says to which user a row belongs.

    A user has any number of rows, so that a unique reference does not say it.
    """
    names = {
        _name(each): each
        for each in reversed(table.references)
        if each.table == BUILT_IN_USER and not _is_unique(each, table)
    }
    return next((names[name] for name in _OWNERS if name in names), None)


def _name(reference: Reference) -> str:
    if reference.name:
        return resource_names.of_column(reference.name)
    return resource_names.of_reference(reference.columns[0]) if reference.columns else ""


def _is_unique(reference: Reference, table: Table) -> bool:
    columns = [column for name in reference.columns if (column := table.column(name))]
    is_key = bool(reference.columns) and reference.columns in {table.key, *table.unique}
    return reference.is_unique or is_key or any(column.is_unique for column in columns)
