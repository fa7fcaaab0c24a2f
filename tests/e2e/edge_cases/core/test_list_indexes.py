# Needs app/core/local_postgres.py app/models/item.py
"""PostgreSQL reads items and users in the order of an index, for every order and search."""

from collections.abc import AsyncGenerator
from typing import Any, get_args
from uuid import UUID

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.crud.base import CRUD
from app.crud.item import items
from app.crud.user import users
from app.models.item import Item
from app.models.user import User, UserRole
from app.schemas.common import SearchParams
from app.schemas.item import ItemListParams
from app.schemas.user import UserListParams

OWNER = UUID(int=1)
LISTS: tuple[tuple[CRUD[Any, Any, Any], type[SearchParams], list[Any]], ...] = (
    (items, ItemListParams, [Item.owner_id == OWNER]),
    (users, UserListParams, []),
)
CASES = [
    (crud, params_type.model_validate({"sort": sort}), where)
    for crud, params_type, where in LISTS
    for sort in get_args(params_type.model_fields["sort"].annotation)
]


async def plans(
    db: AsyncSession, crud: CRUD[Any, Any, Any], params: SearchParams, where: list[Any]
) -> list[str]:
    """Return how PostgreSQL executes the statements of a list."""
    statements: list[tuple[str, Any]] = []
    connection = await db.connection()

    def add(_: object, cursor: object, statement: str, parameters: object, *rest: object) -> None:
        statements.append((statement, parameters))

    event.listen(connection.sync_connection, "before_cursor_execute", add)
    await crud.list(db, params, *where)
    event.remove(connection.sync_connection, "before_cursor_execute", add)
    found = []
    for statement, parameters in statements:
        rows = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        found.append("\n".join(row[0] for row in rows))
    return found


@pytest.fixture
async def db(engine: AsyncEngine) -> AsyncGenerator[AsyncSession]:
    """Yield a session with users and items, whose planner scans and sorts only if it must."""
    user = {"hashed_password": "", "role": UserRole.USER, "is_active": True}
    rows = [{"id": UUID(int=n), "email": f"row{n}@example.com", **user} for n in range(1, 200)]
    titles = [{"owner_id": OWNER, "title": f"Row {number}"} for number in range(200)]
    async with AsyncSession(engine, expire_on_commit=False) as session:
        await session.execute(insert(User), rows)
        await session.execute(insert(Item), titles)
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        await session.execute(text("SET LOCAL enable_sort = off"))
        yield session


@pytest.mark.parametrize(("crud", "params", "where"), CASES, ids=str)
async def test_sorted_list_reads_an_index(
    db: AsyncSession, crud: CRUD[Any, Any, Any], params: SearchParams, where: list[Any]
) -> None:
    first = await crud.list(db, params.model_copy(update={"limit": 5}), *where)

    for cursor in (None, first.next_cursor):
        page = params.model_copy(update={"cursor": cursor})
        [plan] = await plans(db, crud, page, where)

        assert "Seq Scan" not in plan
        index = plan.partition("Index Scan")[2].partition("\n")[0]
        assert params.sort.removeprefix("-") in index, plan


@pytest.mark.parametrize(("crud", "params_type"), [(each[0], each[1]) for each in LISTS], ids=str)
async def test_search_reads_an_index(
    db: AsyncSession, crud: CRUD[Any, Any, Any], params_type: type[SearchParams]
) -> None:
    await db.execute(text("SET LOCAL enable_indexscan = off"))  # a search reads a bitmap

    [plan] = await plans(db, crud, params_type(search="row 7"), [])

    assert f"Bitmap Index Scan on ix_{crud.model.__tablename__}_search" in plan
