"""The table of items."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.entity import Entity


class Item(Entity):
    """An item that belongs to a user."""

    __tablename__ = "items"
    __table_args__ = (
        Index(None, "owner_id", "created_at"),
        Index(None, "owner_id", "title", "id"),
    )

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None] = mapped_column(Text)
