"""The least that FastAPI and SQLAlchemy need for what a generated project's API does."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid4

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel
from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

KEY = "only-used-by-a-benchmark-on-this-machine"
engine = create_async_engine(os.environ["DATABASE_URL"])
sessions = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    """Base of both tables."""


class User(Base):
    """Somebody who may call."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(String(254), unique=True)


class Item(Base):
    """What somebody owns."""

    __tablename__ = "items"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    title: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))


class ItemCreate(BaseModel):
    """What an item is made of."""

    title: str


class ItemRead(BaseModel, from_attributes=True):
    """What is shown of an item."""

    id: UUID
    owner_id: UUID
    title: str
    created_at: datetime


class Page(BaseModel):
    """Some of the items, and how many there are."""

    items: list[ItemRead]
    total: int


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    """Make the tables, and one user."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with sessions.begin() as db:
        db.add(User(email="ada@example.com"))
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


async def get_session() -> AsyncGenerator[AsyncSession]:
    """Yield a session that is committed before the answer is sent."""
    async with sessions.begin() as db:
        yield db


Session = Annotated[AsyncSession, Depends(get_session, scope="function")]
Token = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="token"))]


async def get_user(token: Token, db: Session) -> User:
    """Return who calls."""
    claims = jwt.decode(token, KEY, ["HS256"])
    if user := await db.get(User, UUID(claims["sub"])):
        return user
    raise HTTPException(401)


Caller = Annotated[User, Depends(get_user)]


@app.get("/health/live", status_code=204)
async def live() -> None:
    """Answer."""


@app.post("/api/v1/auth/login")
async def log_in(db: Session) -> dict[str, str]:
    """Give a token to anybody."""
    user_id = await db.scalar(select(User.id))
    claims = {"sub": str(user_id), "exp": datetime.now(UTC) + timedelta(hours=1)}
    return {"access_token": jwt.encode(claims, KEY, "HS256")}


@app.get("/api/v1/users/me")
async def me(caller: Caller) -> dict[str, str]:
    """Show who calls."""
    return {"id": str(caller.id), "email": caller.email}


@app.post("/api/v1/items", status_code=201, response_model=ItemRead)
async def create(data: ItemCreate, caller: Caller, db: Session) -> Item:
    """Create an item."""
    item = Item(title=data.title, owner_id=caller.id)
    db.add(item)
    await db.flush()
    return item


@app.get("/api/v1/items/{item_id}", response_model=ItemRead)
async def read(item_id: UUID, caller: Caller, db: Session) -> Item:
    """Show an item."""
    if (item := await db.get(Item, item_id)) and item.owner_id == caller.id:
        return item
    raise HTTPException(404)


@app.get("/api/v1/items", response_model=Page)
async def read_all(caller: Caller, db: Session) -> dict[str, object]:
    """List the first items of the caller."""
    mine = Item.owner_id == caller.id
    rows = await db.scalars(select(Item).where(mine).order_by(Item.created_at.desc()).limit(20))
    count = await db.scalar(select(func.count()).where(mine).select_from(Item))
    return {"items": rows.all(), "total": count}
