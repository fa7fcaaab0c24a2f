"""Revisions of references to users, with rows in the tables."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.generators.migrations import Migrations
from tests.generators.resources import Definitions
from tests.generators.test_link_changes import change, count, insert

NOW = datetime(2026, 1, 31, tzinfo=UTC)
USER, TICKET = UUID(int=1), UUID(int=2)
PLAIN = """\
resources:
  ticket:
    access: signed_in
    fields:
      title: str(1..100)
"""
ASSIGNED = f"{PLAIN}      assignee: ref(user)?\n"
WATCHED = f"{PLAIN}      watchers: many(user)\n"
REQUIRED = f"{PLAIN}      assignee: ref(user, on_delete=cascade)\n"
UNIQUE = f"{PLAIN}      assignee: ref(user, unique)?\n"
RENAMED = f"{PLAIN}      holder: {{type: 'ref(user)?', was: assignee}}\n"


TEAM = """\
resources:
  team:
    access: public
    fields:
      name: str(1..100)
"""
MEMBER = f"{TEAM}  user:\n    fields:\n      team: ref(team)?\n"


def check_change(migrations: Migrations, before: Definitions, after: str) -> None:
    """Change the definitions, and run the revisions of that up, down and up again."""
    created, head = migrations.tables(), migrations.head

    change(migrations, before, after)
    migrations.upgrade()
    changed = migrations.tables()
    migrations.downgrade(head)
    restored = migrations.tables()
    migrations.upgrade()

    assert restored == created
    assert migrations.tables() == changed != created


@pytest.mark.slow
def test_reference_of_users_comes_and_goes(migrations: Migrations) -> None:
    definitions = change(migrations, {}, TEAM)
    migrations.upgrade()
    insert(migrations, "users", {"id": USER, "email": "ada@example.com"})

    check_change(migrations, definitions, MEMBER)

    assert count(migrations, "users") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PLAIN, ASSIGNED),
        (PLAIN, WATCHED),
        (ASSIGNED, REQUIRED),
        (ASSIGNED, UNIQUE),
        (ASSIGNED, RENAMED),
        (ASSIGNED, PLAIN),
        (WATCHED, PLAIN),
    ],
    ids=["add", "add-many", "require", "make-unique", "rename", "drop", "drop-many"],
)
def test_references_to_users_come_change_and_go(
    migrations: Migrations, before: str, after: str
) -> None:
    definitions = change(migrations, {}, before)
    migrations.upgrade()
    row: dict[str, object] = {"id": TICKET, "title": "Any", "created_at": NOW, "updated_at": NOW}
    row |= {"assignee_id": USER} if "assignee" in before else {}
    insert(migrations, "users", {"id": USER, "email": "ada@example.com"})
    insert(migrations, "tickets", row)

    check_change(migrations, definitions, after)

    assert count(migrations, "tickets") == 1
