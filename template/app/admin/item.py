"""The admin view of items."""

from app.admin.base import CRUDView
from app.crud.item import items
from app.models.item import Item
from app.schemas.item import ItemUpdate


class ItemAdmin(CRUDView, model=Item):
    """Items of all users."""

    icon = "fa-solid fa-box"
    crud = items
    update_schema = ItemUpdate
    column_list = ("title", "owner_id", "created_at")
    column_details_list = ("id", *column_list, "description", "updated_at")
    column_searchable_list = ("title",)
    column_sortable_list = ("title", "created_at")
    form_columns = ("title", "description")
