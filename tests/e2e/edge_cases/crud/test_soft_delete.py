# Needs app/crud/soft_delete.py tests/crud/tables.py
from collections.abc import AsyncGenerator
from typing import ClassVar
from uuid import UUID

import pytest
from sqlalchemy import Column, ForeignKey, MetaData, String, Table, func, orm, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from app.crud.soft_delete import SoftDeleteCRUD
from app.exceptions import Conflict, NotFound
from app.models.entity import Entity
from app.models.soft_delete import SoftDelete
from app.schemas.common import ListParams, RequestModel


class Kept(SoftDelete):
    __abstract__ = True
    metadata = MetaData()
    registry: ClassVar[orm.registry] = orm.registry(metadata=metadata)


class Plain(Entity):
    __abstract__ = True
    metadata = Kept.metadata
    registry = Kept.registry


papers_topics = Table(
    "sample_papers_topics",
    Kept.metadata,
    Column("paper_id", ForeignKey("sample_papers.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", ForeignKey("sample_topics.id", ondelete="CASCADE"), primary_key=True),
)


class Topic(Kept):
    __tablename__ = "sample_topics"

    name: Mapped[str] = mapped_column(String(100))


class Paper(Kept):
    __tablename__ = "sample_papers"

    topic_id: Mapped[UUID] = mapped_column(ForeignKey(Topic.id))
    topics: Mapped[list[Topic]] = relationship(secondary=papers_topics, passive_deletes=True)


class Remark(Plain):
    __tablename__ = "sample_remarks"

    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey(Topic.id, ondelete="SET NULL"))


class TopicCreate(RequestModel):
    name: str = "Any"


topics = SoftDeleteCRUD[Topic, TopicCreate, TopicCreate](Topic, search_columns=[])
papers = SoftDeleteCRUD[Paper, TopicCreate, TopicCreate](Paper, search_columns=[])


@pytest.fixture(autouse=True)
async def tables(engine: AsyncEngine) -> AsyncGenerator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Kept.metadata.create_all)
    yield
    async with engine.begin() as connection:
        await connection.run_sync(Kept.metadata.drop_all)


async def test_deleted_row_is_hidden_unless_it_is_asked_for(db: AsyncSession) -> None:
    topic = await topics.create(db, TopicCreate())
    await topics.delete(db, topic)

    with pytest.raises(NotFound):
        await topics.get(db, id=topic.id)
    page = await topics.list(db, ListParams(include_total=True))
    assert (page.items, page.total) == ([], 0)
    statement = select(func.count()).select_from(Topic)
    assert await db.scalar(statement) == 0
    assert await db.scalar(statement, execution_options={"include_deleted": True}) == 1
    assert await db.scalar(select(func.count()).select_from(Topic.__table__)) == 1
    assert (await db.scalars(select(*Topic.__table__.columns))).all() == ["Any"]


async def test_row_is_restored_by_an_update(db: AsyncSession) -> None:
    topic = await topics.create(db, TopicCreate())
    await topics.delete(db, topic)

    await db.execute(update(Topic).where(Topic.id == topic.id).values(deleted_at=None))

    assert (await topics.get(db, id=topic.id)).id == topic.id


async def test_row_that_others_need_is_not_deleted(db: AsyncSession) -> None:
    topic = await topics.create(db, TopicCreate())
    paper = Paper(topic_id=topic.id)
    db.add(paper)
    await db.flush()

    async with db.begin_nested() as savepoint:
        with pytest.raises(Conflict):
            await topics.delete(db, topic)
        await savepoint.rollback()

    await db.refresh(topic)
    await papers.delete(db, paper)
    await topics.delete(db, topic)


async def test_optional_references_become_empty(db: AsyncSession) -> None:
    topic = await topics.create(db, TopicCreate())
    remark = Remark(topic_id=topic.id)
    db.add(remark)
    await db.flush()

    await topics.delete(db, topic)

    await db.refresh(remark)
    assert remark.topic_id is None


async def test_links_to_a_deleted_row_are_hidden_and_come_back_with_it(db: AsyncSession) -> None:
    topic, other = Topic(name="First"), Topic(name="Other")
    db.add_all([topic, other])
    await db.flush()
    paper = Paper(topic_id=other.id, topics=[topic])
    db.add(paper)
    await db.flush()
    await topics.delete(db, topic)
    statement = select(Paper).options(selectinload(Paper.topics))
    again = {"populate_existing": True}

    found = await db.scalar(statement, execution_options=again)
    assert found is not None
    assert found.topics == []
    by_topic = select(Paper).where(Paper.topics.any(Topic.id == topic.id))
    assert await db.scalar(by_topic) is None
    await db.execute(update(Topic).values(deleted_at=None))
    await db.scalar(statement, execution_options=again)
    assert found.topics == [topic]
