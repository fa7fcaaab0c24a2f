"""Rows that requests write together with the row that they belong to."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import ColumnExpressionArgument, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from app.crud.base import CreateT, ModelT, UpdateT, lock_rows
from app.crud.relationships import InvalidReference, RelatedCRUD
from app.models.entity import Entity

NestedT = TypeVar("NestedT", bound=Entity)


class NestedRowsCRUD(RelatedCRUD[ModelT, CreateT, UpdateT]):
    """Operations for rows that are returned together with the rows that belong to them.

    Args:
        model: The model.
        search_columns: The columns that the `search` parameter of a list looks into.
        eager_load: The relationships to load with every row.
        nested: The relationships to rows that belong to every row, and what to load with those.
    """

    def __init__(
        self,
        model: type[ModelT],
        *,
        search_columns: Sequence[InstrumentedAttribute[Any]],
        eager_load: Sequence[InstrumentedAttribute[Any]],
        nested: Mapping[InstrumentedAttribute[Any], Sequence[InstrumentedAttribute[Any]]],
    ) -> None:
        super().__init__(model, search_columns=search_columns, eager_load=eager_load)
        for relationship, inner in nested.items():
            option = selectinload(relationship).options(*map(selectinload, inner))
            self.statement = self.statement.options(option)


async def merge_rows(
    db: AsyncSession,
    parent: Entity,
    relationship: InstrumentedAttribute[list[NestedT]],
    entries: Sequence[BaseModel],
    **values: object,
) -> list[NestedT]:
    """Return the rows that a list in a request stands for.

    An entry with an `id` sets all values of that row, and an entry without one adds a row. Rows of
    the parent that no entry names are deleted. `values` are those of new rows that clients cannot
    set.

    Raises:
        InvalidReference: If an entry has the `id` of no row of the parent, or of an earlier entry.
        IntegrityError: If other rows refer to a row that no entry names.
    """
    model: type[NestedT] = inspect(relationship).mapper.class_
    # Two requests that change these rows wait for each other.
    await lock_rows(db, type(parent), type(parent).id == parent.id)
    await db.refresh(parent, [relationship.key])
    rows = {row.id: row for row in getattr(parent, relationship.key)}
    named = {getattr(entry, "id", None) for entry in entries}
    for row_id in rows.keys() - named:
        await db.delete(rows[row_id])
    await db.flush()  # so that other rows can have the unique values of the deleted ones

    merged: list[NestedT] = []
    for position, entry in enumerate(entries):
        data = entry.model_dump()
        row_id = data.pop("id")
        if row_id is None:
            merged.append(model(**data, **values))
            continue
        row = rows.pop(row_id, None)
        if row is None:
            raise InvalidReference(relationship.key, position, "id")
        for name, value in data.items():
            setattr(row, name, value)
        merged.append(row)
    return merged


async def check_nested_references(
    db: AsyncSession,
    model: type[Entity],
    location: tuple[str, str],
    entries: Sequence[BaseModel],
    *where: ColumnExpressionArgument[bool],
    lock: bool = False,
) -> None:
    """Check that the rows the entries of a list refer to exist and match all conditions.

    `location` has the names of the list and of the field of its entries. With `lock`, other
    transactions cannot change the rows until this one ends.

    Raises:
        InvalidReference: If no row matches; it names the position in the list.
    """
    nested, field = location
    row_ids = [getattr(entry, field) for entry in entries]
    statement = select(model.id).where(model.id.in_(filter(None, row_ids)), *where)
    if lock:
        statement = statement.with_for_update(read=True)
    found = {None, *await db.scalars(statement)}
    for position, row_id in enumerate(row_ids):
        if row_id not in found:
            raise InvalidReference(nested, position, field)
