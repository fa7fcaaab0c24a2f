"""An application whose tables change, on a database of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.databases import database, skip_without
from tests.generators.migrations import Migrations


@pytest.fixture(params=["sqlite", "postgres", "mysql", "mysql-on-sqlite"])
def migrations(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Migrations]:
    """Yield an application on a database of each kind."""
    kind, _, other = request.param.partition("-on-")
    with ExitStack() as databases:
        if "sqlite" in {kind, other}:
            url = f"sqlite+aiosqlite:///{tmp_path}/test.db"
        else:
            skip_without(kind)
            url = databases.enter_context(database(kind))
        yield Migrations(tmp_path, kind, url)
