"""The caller's items; those of others do not exist here."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from app.api.deps import CurrentUser
from app.crud.base import Rows
from app.crud.item import items
from app.dependencies import SessionDep
from app.models.item import Item
from app.problems import problems
from app.schemas.common import Page
from app.schemas.item import ItemCreate, ItemQuery, ItemRead, ItemUpdate

router = APIRouter(prefix="/items", tags=["items"])


async def get_item(item_id: UUID, owner: CurrentUser, db: SessionDep) -> Item:
    """Return an item of the caller.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    return await items.get(db, Item.id == item_id, Item.owner_id == owner.id)


ItemDep = Annotated[Item, Depends(get_item)]


@router.post("", status_code=201, response_model=ItemRead, responses=problems(401, 409))
async def create_item(data: ItemCreate, owner: CurrentUser, db: SessionDep) -> Item:
    """Create an item."""
    return await items.create(db, data, owner_id=owner.id)


@router.get("", response_model=Page[ItemRead], responses=problems(401))
async def read_items(
    owner: CurrentUser, query: Annotated[ItemQuery, Query()], db: SessionDep
) -> Rows[Item]:
    """List your items."""
    return await items.list(db, query, Item.owner_id == owner.id)


@router.get("/{item_id}", response_model=ItemRead, responses=problems(401, 404))
async def read_item(item: ItemDep) -> Item:
    """Show an item."""
    return item


@router.patch("/{item_id}", response_model=ItemRead, responses=problems(401, 404, 409))
async def update_item(data: ItemUpdate, item: ItemDep, db: SessionDep) -> Item:
    """Change an item."""
    return await items.update(db, item, data)


@router.delete("/{item_id}", status_code=204, responses=problems(401, 404, 409))
async def delete_item(item: ItemDep, db: SessionDep) -> None:
    """Delete an item."""
    await items.delete(db, item)
