"""Two tables that only the tests use: books and shelves."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, MetaData, Numeric, String, orm
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.crud.base import CRUD
from app.models.entity import Entity
from app.schemas.common import (
    UNSET,
    FilterValues,
    PatchModel,
    RequestModel,
    SearchParams,
    SingleLineStr,
)


class Sample(Entity):
    """Base of tables without migrations."""

    __abstract__ = True
    metadata = MetaData()
    registry: ClassVar[orm.registry] = orm.registry(metadata=metadata)


class Shelf(Sample):
    __tablename__ = "sample_shelves"

    name: Mapped[str] = mapped_column(String(100), unique=True)


class Book(Sample):
    __tablename__ = "sample_books"

    title: Mapped[str] = mapped_column(String(100))
    pages: Mapped[int | None]
    price: Mapped[Decimal | None] = mapped_column(Numeric(6, 2, asdecimal=True))
    published: Mapped[date | None]
    shelf_id: Mapped[UUID | None] = mapped_column(ForeignKey(Shelf.id))
    shelf: Mapped[Shelf | None] = relationship(lazy="raise")


class ShelfCreate(RequestModel):
    name: SingleLineStr


class BookCreate(RequestModel):
    title: SingleLineStr
    pages: int | None = None
    price: Decimal | None = None
    published: date | None = None
    shelf_id: UUID | None = None


class BookUpdate(PatchModel):
    title: SingleLineStr = UNSET
    shelf_id: UUID | None = None


class BookListParams(SearchParams, frozen=True):
    title: FilterValues[str] | None = None
    pages__gte: int | None = None
    pages__lte: int | None = None
    pages__isnull: bool | None = None
    shelf_id: UUID | None = None
    sort: str = "-created_at"


shelves = CRUD[Shelf, ShelfCreate, ShelfCreate](Shelf, search_columns=[Shelf.name])
books = CRUD[Book, BookCreate, BookUpdate](
    Book, search_columns=[Book.title], eager_load=[Book.shelf]
)
