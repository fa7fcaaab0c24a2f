# Needs app/crud/relationships.py tests/crud/tables.py
from uuid import UUID, uuid4

import pytest
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.crud.relationships import (
    InvalidReference,
    RelatedCRUD,
    check_reference,
    get_references,
)
from app.schemas.common import PatchModel, RequestModel
from tests.crud.tables import Sample, Shelf, ShelfCreate, shelves


class Globe(Sample):
    __tablename__ = "sample_globes"

    shelf_id: Mapped[UUID | None] = mapped_column(ForeignKey(Shelf.id))
    shelf: Mapped[Shelf | None] = relationship(lazy="raise")


class GlobeCreate(RequestModel):
    shelf_id: UUID | None = None


class GlobeUpdate(PatchModel):
    shelf_id: UUID | None = None


globes = RelatedCRUD[Globe, GlobeCreate, GlobeUpdate](
    Globe, search_columns=[], eager_load=[Globe.shelf]
)


async def test_relationship_is_loaded_and_follows_updates(db: AsyncSession) -> None:
    shelf = await shelves.create(db, ShelfCreate(name="Maps"))
    globe = await globes.create(db, GlobeCreate(shelf_id=shelf.id))
    assert globe.shelf is shelf

    db.expunge(globe)
    loaded = await globes.get(db)
    assert loaded.shelf is shelf

    await globes.update(db, loaded, GlobeUpdate(shelf_id=None))
    assert loaded.shelf is None


async def test_related_row_is_set_and_updates_the_timestamp(db: AsyncSession) -> None:
    shelf = await shelves.create(db, ShelfCreate(name="Maps"))
    globe = await globes.create(db, GlobeCreate())
    updated_at = globe.updated_at

    await globes.update(db, globe, GlobeUpdate.model_construct(), shelf=shelf)

    assert globe.shelf is shelf
    assert globe.updated_at > updated_at


async def test_reference_to_missing_row_is_rejected(db: AsyncSession) -> None:
    shelf = await shelves.create(db, ShelfCreate(name="Maps"))

    await check_reference(db, Shelf, "shelf_id", shelf.id)
    await check_reference(db, Shelf, "shelf_id", None)
    with pytest.raises(InvalidReference):
        await check_reference(db, Shelf, "shelf_id", uuid4())
    with pytest.raises(InvalidReference):
        await check_reference(db, Shelf, "shelf_id", shelf.id, Shelf.name == "Prose")


async def test_references_to_many_rows_are_checked(db: AsyncSession) -> None:
    found = [await shelves.create(db, ShelfCreate(name=name)) for name in ("Maps", "Prose")]
    ids = [shelf.id for shelf in found]

    assert set(await get_references(db, Shelf, "shelf_ids", ids)) == set(found)
    for wrong in ([*ids, uuid4()], [ids[0], uuid4()]):
        with pytest.raises(InvalidReference):
            await get_references(db, Shelf, "shelf_ids", wrong)
    with pytest.raises(InvalidReference):
        await get_references(db, Shelf, "shelf_ids", ids, Shelf.name == "Maps")
