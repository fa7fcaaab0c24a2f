# Needs app/crud/nested_rows.py tests/crud/tables.py
from uuid import UUID, uuid4

import pytest
from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.crud.nested_rows import NestedRowsCRUD, check_nested_references, merge_rows
from app.crud.relationships import InvalidReference
from app.schemas.common import PatchModel, RequestModel
from tests.crud.tables import Sample


class Album(Sample):
    __tablename__ = "sample_albums"

    title: Mapped[str] = mapped_column(String(50))
    songs: Mapped[list["Song"]] = relationship(
        back_populates="album",
        cascade="all, delete-orphan",
        order_by="Song.created_at",
        lazy="raise",
        passive_deletes=True,
    )


class Song(Sample):
    __tablename__ = "sample_songs"
    __table_args__ = (UniqueConstraint("album_id", "number"),)

    album_id: Mapped[UUID] = mapped_column(ForeignKey(Album.id, ondelete="CASCADE"))
    album: Mapped[Album] = relationship(back_populates="songs", lazy="raise")
    number: Mapped[int]


class AlbumCreate(RequestModel):
    title: str


class AlbumUpdate(PatchModel):
    title: str = ""


class SongEntry(RequestModel):
    id: UUID | None = None
    number: int = 0


albums = NestedRowsCRUD[Album, AlbumCreate, AlbumUpdate](
    Album, search_columns=[], eager_load=[], nested={Album.songs: []}
)


async def create_album(db: AsyncSession, *numbers: int) -> Album:
    songs = [Song(number=number) for number in numbers]
    return await albums.create(db, AlbumCreate(title="Any"), songs=songs)


async def merge(db: AsyncSession, album: Album, *entries: SongEntry) -> Album:
    """Update an album as a request would."""
    songs = await merge_rows(db, album, Album.songs, entries)
    return await albums.update(db, album, AlbumUpdate.model_construct(), songs=songs)


async def test_rows_come_and_go_with_their_parent(db: AsyncSession) -> None:
    album = await create_album(db, 1, 2)
    first = album.songs[0]

    await merge(db, album, SongEntry(id=first.id, number=7), SongEntry(number=8))

    assert [song.number for song in album.songs] == [7, 8]
    assert album.songs[0] is first
    await albums.delete(db, album)
    assert (await db.scalars(select(Song))).all() == []


async def test_unique_value_of_a_row_that_goes_is_free(db: AsyncSession) -> None:
    album = await create_album(db, 1, 2)
    second = album.songs[1]

    await merge(db, album, SongEntry(id=second.id, number=1), SongEntry(number=2))

    assert {song.number: song.id == second.id for song in album.songs} == {1: True, 2: False}


async def test_rows_that_another_request_has_added_go_too(db: AsyncSession) -> None:
    album = await create_album(db, 1)
    db.add(Song(album_id=album.id, number=2))
    await db.flush()

    await merge(db, album, SongEntry(number=3))

    assert [song.number for song in await db.scalars(select(Song))] == [3]


async def test_row_of_another_parent_is_rejected(db: AsyncSession) -> None:
    other, album = await create_album(db, 1), await create_album(db)

    with pytest.raises(InvalidReference) as caught:
        await merge(db, album, SongEntry(), SongEntry(id=other.songs[0].id))

    assert caught.value.errors[0]["loc"] == ["body", "songs", 1, "id"]


async def test_missing_row_is_rejected(db: AsyncSession) -> None:
    album = await create_album(db)

    with pytest.raises(InvalidReference) as caught:
        await merge(db, album, SongEntry(id=uuid4()))

    assert caught.value.errors[0]["loc"] == ["body", "songs", 0, "id"]


async def test_row_is_named_once(db: AsyncSession) -> None:
    album = await create_album(db, 1)
    entry = SongEntry(id=album.songs[0].id, number=1)

    with pytest.raises(InvalidReference) as caught:
        await merge(db, album, entry, entry)

    assert caught.value.errors[0]["loc"] == ["body", "songs", 1, "id"]


async def test_missing_reference_has_its_position(db: AsyncSession) -> None:
    album = await create_album(db)
    entries = [SongEntry(id=album.id), SongEntry(), SongEntry(id=uuid4())]

    with pytest.raises(InvalidReference) as caught:
        await check_nested_references(db, Album, ("songs", "id"), entries)

    assert caught.value.errors[0]["loc"] == ["body", "songs", 2, "id"]
