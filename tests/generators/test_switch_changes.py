"""Revisions of a resource that gets a column which the application sets, or loses it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from newapi.generate import model_changes
from newapi.resources import model_file
from newapi.resources.project_names import ProjectNames
from newapi.resources.rendering import Side
from tests.generators.migrations import Migrations
from tests.generators.resources import Definitions, side

NOW = datetime(2026, 1, 31, tzinfo=UTC)
NOTE = UUID(int=1)
MODEL = """\
resources:
  note:
    access: public
    {switch}
    fields:
      title: str(1..100)
"""


def change(
    migrations: Migrations, before: Definitions, switch: str, *, model: str = MODEL
) -> Definitions:
    """Write the revision of a change, and return all definitions after it."""
    text = model.format(switch=switch)
    known = ProjectNames(definitions=before, accounts=True)
    (decision,) = model_changes.decide(model_file.read(text.encode()), known)
    after = decision.applied(before)
    migrations.change(_side(migrations, before), _side(migrations, after), decision)
    return after


def _side(migrations: Migrations, definitions: Definitions) -> Side:
    return side(definitions, {"database": migrations.database})


def add_row(migrations: Migrations, row_id: UUID = NOTE) -> None:
    """Insert a note."""
    moment = sa.DateTime(timezone=True)
    columns: list[sa.ColumnClause[Any]] = [
        sa.column("id", sa.Uuid()),
        sa.column("title", sa.String()),
        sa.column("created_at", moment),
        sa.column("updated_at", moment),
    ]
    row = {"id": row_id, "title": "Any", "created_at": NOW, "updated_at": NOW}
    migrations.execute(sa.table("notes", *columns).insert().values(row))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("switch", "values"),
    [
        ("versioned: true", {"version": 1}),
        ("audited: true", {"created_by": None, "updated_by": None}),
        ("soft_delete: true", {"deleted_at": None}),
    ],
)
def test_rows_are_kept_when_columns_come_and_go(
    migrations: Migrations, switch: str, values: dict[str, object]
) -> None:
    plain = change(migrations, {}, "")
    migrations.upgrade()
    add_row(migrations)
    created, head = migrations.tables()["notes"], migrations.head
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in ("title", *values)]
    read = sa.select(*columns).select_from(sa.table("notes"))

    switched = change(migrations, plain, switch)
    migrations.upgrade()
    changed, found = migrations.tables()["notes"], migrations.execute(read)
    migrations.downgrade(head)
    restored = migrations.tables()["notes"]
    migrations.upgrade()
    again, head = migrations.execute(read), migrations.head
    change(migrations, switched, "")
    migrations.upgrade()
    plain_again = migrations.tables()["notes"]
    migrations.downgrade(head)

    assert (
        [dict(row) for row in found] == [dict(row) for row in again] == [{"title": "Any", **values}]
    )
    assert changed != created
    assert created == restored == plain_again
    assert migrations.tables()["notes"] == changed
    assert [dict(row) for row in migrations.execute(read)] == [{"title": "Any", **values}]


@pytest.mark.slow
@pytest.mark.parametrize("switch", ["versioned: true", "audited: true", "soft_delete: true"])
def test_changed_table_equals_a_new_one(migrations: Migrations, switch: str) -> None:
    change(migrations, change(migrations, {}, ""), switch)
    migrations.upgrade()
    changed = migrations.tables()["notes"]
    migrations.start_again()

    change(migrations, {}, switch)
    migrations.upgrade()

    assert migrations.tables()["notes"] == changed


@pytest.mark.slow
def test_renamed_table_equals_a_new_one(migrations: Migrations) -> None:
    switches = "versioned: true\n    audited: true"
    recorded = change(migrations, {}, switches)
    migrations.upgrade()
    text = MODEL.format(switch=f"was: note\n    {switches}").replace("  note:", "  memo:")
    known = ProjectNames(definitions=recorded)
    (decision,) = model_changes.decide(model_file.read(text.encode()), known)

    migrations.change(
        _side(migrations, recorded), _side(migrations, decision.applied(recorded)), decision
    )
    created = migrations.tables()["notes"]
    migrations.upgrade()
    renamed = migrations.tables()["memos"]

    for table in (created, renamed):
        del table["key"]  # SQLite keeps its name
    assert str(renamed) == str(created).replace("_notes", "_memos")


@pytest.mark.slow
def test_deleted_rows_do_not_come_back(migrations: Migrations) -> None:
    plain = change(migrations, {}, "")
    head = migrations.head
    switched = change(migrations, plain, "soft_delete: true")
    count = sa.select(sa.func.count().label("count")).select_from(sa.table("notes"))
    deletion = sa.text("UPDATE notes SET deleted_at = '2026-01-31 12:00:00'")

    migrations.upgrade()
    add_row(migrations)
    migrations.execute(deletion)
    migrations.downgrade(head)
    assert [*migrations.execute(count)] == [{"count": 0}]

    migrations.upgrade()
    add_row(migrations)
    change(migrations, switched, "")
    migrations.execute(deletion)
    migrations.upgrade()
    assert [*migrations.execute(count)] == [{"count": 0}]


@pytest.mark.slow
def test_unique_values_of_deleted_rows_are_free_where_the_database_can(
    migrations: Migrations,
) -> None:
    model = MODEL.replace("str(1..100)", "str(1..100, unique)")
    definitions = change(migrations, {}, "", model=model)
    migrations.upgrade()
    created, head = migrations.tables()["notes"], migrations.head
    add_row(migrations)

    change(migrations, definitions, "soft_delete: true", model=model)
    migrations.upgrade()
    with pytest.raises(sa.exc.IntegrityError):
        add_row(migrations, UUID(int=2))
    migrations.execute(sa.text("UPDATE notes SET deleted_at = '2026-01-31 12:00:00'"))
    if migrations.database != "mysql":
        add_row(migrations, UUID(int=2))
    migrations.downgrade(head)

    assert migrations.tables()["notes"] == created
