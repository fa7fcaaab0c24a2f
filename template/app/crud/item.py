"""Database operations for items."""

from app.crud.base import CRUD
from app.models.item import Item
from app.schemas.item import ItemCreate, ItemUpdate

items = CRUD[Item, ItemCreate, ItemUpdate](Item, search_columns=[Item.title, Item.description])
