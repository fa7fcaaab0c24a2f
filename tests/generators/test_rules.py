"""Revisions of rules across fields, with rows in the tables."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from tests.generators.migrations import Migrations
from tests.generators.test_link_changes import change

NOW = datetime(2026, 1, 31, tzinfo=UTC)
EARLY, LATE = date(2026, 1, 1), date(2026, 1, 2)
TRIP = """\
resources:
  trip:
    access: public
    fields:
      begin: date
      "end": date?
      phone: str?
      email: email?
"""
RULES = f"{TRIP}    rules: [end > begin, exactly one of phone or email]\n"
RENAMED = RULES.replace("begin: date\n", "start: {type: date, was: begin}\n").replace(
    "> begin", "> start"
)


def trips(first: str = "begin") -> Any:
    """Return the table."""
    times = (sa.column(name, sa.DateTime(timezone=True)) for name in ("created_at", "updated_at"))
    dates = (sa.column(name, sa.Date()) for name in (first, "end"))
    texts = (sa.column(name, sa.String()) for name in ("phone", "email"))
    return sa.table("trips", sa.column("id", sa.Uuid()), *times, *dates, *texts)


def row(number: int, begin: date, end: date | None, **values: object) -> dict[str, object]:
    """Return the values of a row."""
    times = {"created_at": NOW, "updated_at": NOW}
    known = {"phone": None, "email": None, **values}
    return {"id": UUID(int=number), "begin": begin, "end": end, **times, **known}


@pytest.mark.slow
def test_rules_are_added_renamed_and_dropped(migrations: Migrations) -> None:
    before = change(migrations, {}, TRIP)
    migrations.upgrade()
    created, head = migrations.tables(), migrations.head
    migrations.execute(trips().insert().values(row(1, LATE, EARLY, phone="1")))
    after = change(migrations, before, RULES)

    with pytest.raises(CommandError, match="1 rows of trips break the rule end > begin"):
        migrations.upgrade()
    assert migrations.tables() == created

    migrations.execute(trips().update().values(end=None))
    migrations.upgrade()
    for broken in (
        row(2, LATE, LATE, phone="2"),
        row(3, EARLY, LATE),
        row(4, EARLY, None, phone="4", email="ada@example.com"),
    ):
        with pytest.raises(DBAPIError):
            migrations.execute(trips().insert().values(broken))

    renamed = change(migrations, after, RENAMED)
    migrations.upgrade()
    with pytest.raises(DBAPIError):
        migrations.execute(trips("start").update().values(end=EARLY))
    change(migrations, renamed, RENAMED.replace("end > start, ", ""))
    migrations.upgrade()
    migrations.execute(trips("start").update().values(end=EARLY))

    migrations.execute(trips("start").update().values(end=None))
    migrations.downgrade(head)
    assert migrations.tables() == created
