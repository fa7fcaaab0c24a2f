"""Revisions of tables that link the rows of two resources, with rows in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from newapi.generate import model_changes, revision
from newapi.resources import model_file
from newapi.resources.project_names import ProjectNames
from tests.generators.migrations import Migrations
from tests.generators.resources import Definitions, side

NOW = datetime(2026, 1, 31, tzinfo=UTC)
POST, TAG = UUID(int=1), UUID(int=2)
BLOG = """\
resources:
  post:
    access: public
    fields:
      title: str(1..100)
      tags: many(tag)
      similar_posts: many(post)
  tag:
    access: public
    fields:
      name: str(1..100)
"""
FIELD = BLOG.replace("tags: many(tag)", "topics: {type: many(tag), was: tags}")
RESOURCES = (
    BLOG.replace("  post:\n", "  article:\n    was: post\n")
    .replace("many(post)", "many(article)")
    .replace("  tag:\n", "  label:\n    was: tag\n")
    .replace("many(tag)", "many(label)")
)
PLURAL_KEPT = BLOG.replace("  post:\n", "  article:\n    was: post\n    plural: posts\n").replace(
    "many(post)", "many(article)"
)


def change(migrations: Migrations, before: Definitions, text: str) -> Definitions:
    """Write one revision for each piece of what a file changes."""
    around = ProjectNames(definitions=before).with_bundled(("user",), {})
    decisions = model_changes.decide(model_file.read(text.encode()), around)
    after = dict(before)
    for decision in decisions:
        after = decision.applied(after)
    sides = [side(each, {"database": migrations.database}) for each in (before, after)]
    for number, piece in enumerate(revision.pieces(decisions, *sides, keep_tables=False)):
        name = f"{migrations.head[-8:]}_{number}"
        told = piece.about({"id": name, "down": migrations.head, "message": "x"})
        migrations.write_revision(told, name)
    return after


def insert(migrations: Migrations, table: str, row: Mapping[str, object]) -> None:
    """Add a row to a table."""
    kinds = dict.fromkeys(("created_at", "updated_at"), sa.DateTime(timezone=True))
    columns = [
        sa.column(key, sa.Uuid() if isinstance(value, UUID) else kinds.get(key))
        for key, value in row.items()
    ]
    migrations.execute(sa.table(table, *columns).insert().values(row))


def count(migrations: Migrations, table: str) -> int:
    """Return the number of rows of a table."""
    statement = sa.select(sa.func.count().label("rows")).select_from(sa.table(table))
    return int(migrations.execute(statement)[0]["rows"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "table"),
    [
        (FIELD, "posts_topics"),
        (RESOURCES, "articles_tags"),
        (PLURAL_KEPT, "posts_tags"),
        (BLOG.replace("      tags: many(tag)\n", ""), ""),
    ],
    ids=["field", "resources", "plural-kept", "dropped"],
)
def test_links_follow_renames(migrations: Migrations, text: str, table: str) -> None:
    before = change(migrations, {}, BLOG)
    migrations.upgrade()
    times = {"created_at": NOW, "updated_at": NOW}
    insert(migrations, "posts", {"id": POST, "title": "Any", **times})
    insert(migrations, "tags", {"id": TAG, "name": "Any", **times})
    insert(migrations, "posts_tags", {"post_id": POST, "tag_id": TAG})
    created, head = migrations.tables(), migrations.head

    change(migrations, before, text)
    migrations.upgrade()
    changed = migrations.tables()
    rows = count(migrations, table) if table else 0
    migrations.downgrade(head)
    restored = migrations.tables()
    migrations.upgrade()

    assert rows == bool(table)
    assert restored == created
    assert migrations.tables() == changed
    assert not table or table in changed


@pytest.mark.long
@pytest.mark.parametrize("text", [FIELD, RESOURCES, PLURAL_KEPT])
def test_changed_tables_equal_new_ones(migrations: Migrations, text: str) -> None:
    change(migrations, change(migrations, {}, BLOG), text)
    migrations.upgrade()
    changed = migrations.tables()
    migrations.start_again()

    change(migrations, {}, re.sub(r"\n    was: \w+|, was: \w+", "", text))
    migrations.upgrade()

    created = migrations.tables()
    for table in (*created.values(), *changed.values()):
        del table["key"]  # SQLite cannot rename it
    assert created == changed
