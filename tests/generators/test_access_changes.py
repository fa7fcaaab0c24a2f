"""Revisions of a resource whose access changes: its rows get an owner, keep it or lose it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic.util import CommandError

from newapi.generate import model_changes
from newapi.resources import model_file
from newapi.resources.definition import Access
from newapi.resources.project_names import ProjectNames
from newapi.resources.rendering import Side
from tests.generators.migrations import Migrations
from tests.generators.resources import Definitions, side

NOW = datetime(2026, 1, 31, tzinfo=UTC)
ADA, CATEGORY, NOTE = (UUID(int=number) for number in range(1, 4))
EMAIL = "ada@example.com"
MODEL = """\
resources:
  category:
    access: public
    fields:
      name: str(1..100)
  note:
    access: {access}
    owner: {email}
    fields:
      title: str(1..100, unique)
      category: ref(category, unique)?
      chapter: str(1..100)?
      page: int?
    unique:
      - [chapter, page]
"""
CHANGES: list[tuple[Access, Access]] = [
    ("public", "owned"),
    ("signed_in", "owner_writes"),
    ("owned", "admin"),
    ("owner_writes", "public"),
    ("owned", "owner_writes"),
    ("owner_writes", "owned"),
]


class Notes:
    """The table of notes, whose access changes."""

    def __init__(self, migrations: Migrations, access: Access) -> None:
        """Make the tables."""
        self.migrations = migrations
        self.definitions: Definitions = {}
        self.change(access)
        self.migrations.upgrade()

    def add_row(self) -> None:
        """Insert a note, a category and a user."""
        users = sa.table("users", sa.column("id", sa.Uuid()), sa.column("email", sa.String()))
        self.migrations.execute(users.insert().values(id=ADA, email=EMAIL))
        times = {"created_at": NOW, "updated_at": NOW}
        self.insert("categories", id=CATEGORY, name="Any", **times)
        owner = {"owner_id": ADA} if self.definitions["note"].has_owner else {}
        self.insert("notes", id=NOTE, title="Any", category_id=CATEGORY, **owner, **times)

    def change(self, access: Access, email: str = EMAIL) -> None:
        """Write the revisions of a change."""
        before = self.definitions
        text = MODEL.format(access=access, email=email).replace("    owner: \n", "")
        around = ProjectNames(definitions=before)
        for decision in model_changes.decide(model_file.read(text.encode()), around):
            self.definitions = decision.applied(self.definitions)
            self.migrations.change(self.side(before), self.side(self.definitions), decision)

    def side(self, definitions: Definitions) -> Side:
        """Return what decides about the files of definitions."""
        return side(definitions, {"database": self.migrations.database})

    def insert(self, table: str, **values: object) -> None:
        """Insert a row."""
        kinds: dict[str, sa.types.TypeEngine[Any]] = {
            "created_at": sa.DateTime(timezone=True),
            "updated_at": sa.DateTime(timezone=True),
            **dict.fromkeys(("id", "owner_id", "category_id"), sa.Uuid()),
        }
        columns = [sa.column(name, kinds.get(name, sa.String())) for name in values]
        self.migrations.execute(sa.table(table, *columns).insert().values(values))

    def read(self) -> dict[str, object]:
        """Return the only row."""
        names = ["title", *(["owner_id"] if self.definitions["note"].has_owner else [])]
        columns = [sa.column(n, sa.Uuid() if n == "owner_id" else sa.String()) for n in names]
        [row] = self.migrations.execute(sa.select(*columns).select_from(sa.table("notes")))
        return dict(row)


@pytest.mark.slow
@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_rows_are_kept_when_access_changes(
    migrations: Migrations, before: Access, after: Access
) -> None:
    notes = Notes(migrations, before)
    notes.add_row()
    created, head = migrations.tables()["notes"], migrations.head
    is_lost = notes.definitions["note"].has_owner

    notes.change(after)
    migrations.upgrade()
    changed = migrations.tables()["notes"]
    found = notes.read()
    migrations.downgrade(head)
    restored = migrations.tables()["notes"]
    migrations.upgrade()

    owner = {"owner_id": ADA} if notes.definitions["note"].has_owner else {}
    assert found == {"title": "Any", **owner}
    if is_lost and not owner:
        kind, _, default = created["columns"]["owner_id"]
        created["columns"]["owner_id"] = (kind, True, default)  # who owned the row is not known
    assert restored == created
    assert migrations.tables()["notes"] == changed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("email", "why"),
    [("eve@example.com", "no user eve@example.com"), ("", "The rows of notes need an owner")],
)
def test_migration_without_an_owner_changes_nothing(
    migrations: Migrations, email: str, why: str
) -> None:
    notes = Notes(migrations, "public")
    notes.add_row()
    created = migrations.tables()

    notes.change("owned", email)
    with pytest.raises(CommandError, match=why):
        migrations.upgrade()

    assert migrations.tables() == created


@pytest.mark.long
@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_changed_table_equals_a_new_one(
    migrations: Migrations, before: Access, after: Access
) -> None:
    notes = Notes(migrations, before)
    notes.change(after)
    migrations.upgrade()
    changed = migrations.tables()["notes"]
    migrations.start_again()

    Notes(migrations, after)

    assert migrations.tables()["notes"] == changed
