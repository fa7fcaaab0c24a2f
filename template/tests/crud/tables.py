"""Two tables of the tests' own: books, and the shelves that they stand on."""

from typing import ClassVar, Literal
from uuid import UUID

from sqlalchemy import ForeignKey, MetaData, String, orm
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.crud.base import CRUD
from app.models.entity import Entity
from app.schemas.common import UNSET, RequestModel, SingleLineStr, PatchModel, SearchParams


class Sample(Entity):
    """A row of a table that the migrations know nothing of."""

    __abstract__ = True
    metadata = MetaData()
    registry: ClassVar[orm.registry] = orm.registry(metadata=metadata)


class Shelf(Sample):
    __tablename__ = "sample_shelves"

    name: Mapped[str] = mapped_column(String(100), unique=True)


class Book(Sample):
    __tablename__ = "sample_books"

    title: Mapped[str] = mapped_column(String(100))
    shelf_id: Mapped[UUID | None] = mapped_column(ForeignKey(Shelf.id))
    shelf: Mapped[Shelf | None] = relationship(lazy="raise")


class ShelfInput(RequestModel):
    name: SingleLineStr


class BookCreate(RequestModel):
    title: SingleLineStr
    shelf_id: UUID | None = None


class BookUpdate(PatchModel):
    title: SingleLineStr = UNSET
    shelf_id: UUID | None = None


class BookQuery(SearchParams, frozen=True):
    shelf_id: UUID | None = None
    sort: Literal["created_at", "-created_at", "title", "-title"] = "-created_at"


shelves = CRUD[Shelf, ShelfInput, ShelfInput](Shelf, search_columns=[Shelf.name])
books = CRUD[Book, BookCreate, BookUpdate](Book, search_columns=[Book.title], eager_load=[Book.shelf])
