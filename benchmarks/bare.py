"""The plain FastAPI and SQLAlchemy application that does what a generated project's API does.

Each row is read with `session.get`, responses have a model, and there is no middleware.
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel
from sqlalchemy import DateTime, ForeignKey, Index, String, Text, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

KEY = "only-used-by-a-benchmark-on-this-machine"
engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=10)
sessions = async_sessionmaker(engine, expire_on_commit=False)


def utc_now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Base of both tables."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)


class User(Base):
    """A registered user."""

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    full_name: Mapped[str | None] = mapped_column(String(100))


class Item(Base):
    """An item of a user."""

    __tablename__ = "items"
    __table_args__ = (Index(None, "owner_id", "created_at"),)

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None] = mapped_column(Text)


class Account(BaseModel):
    """The body of a registration or a login."""

    email: str
    password: str


class UserRead(BaseModel, from_attributes=True):
    """A user in a response."""

    id: UUID
    email: str
    full_name: str | None
    created_at: datetime
    updated_at: datetime


class ItemCreate(BaseModel):
    """The body of a request that creates an item."""

    title: str
    description: str | None = None


class ItemRead(BaseModel, from_attributes=True):
    """An item in a response."""

    id: UUID
    owner_id: UUID
    title: str
    description: str | None
    created_at: datetime
    updated_at: datetime


class Page(BaseModel):
    """One page of items, and how many there are."""

    items: list[ItemRead]
    total: int


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    """Create the tables."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


async def get_session() -> AsyncGenerator[AsyncSession]:
    """Yield a session that is committed before the response is sent."""
    async with sessions.begin() as db:
        yield db


Session = Annotated[AsyncSession, Depends(get_session, scope="function")]
Token = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="token"))]


async def get_user(token: Token, db: Session) -> User:
    """Return the user of the token."""
    claims = jwt.decode(token, KEY, ["HS256"])
    if user := await db.get(User, UUID(claims["sub"])):
        return user
    raise HTTPException(401)


CurrentUser = Annotated[User, Depends(get_user)]


@app.get("/health/live", status_code=204)
async def live() -> None:
    """Answer."""


@app.post("/api/v1/users", status_code=201, response_model=UserRead)
async def register(data: Account, db: Session) -> User:
    """Create a user."""
    user = User(email=data.email)
    db.add(user)
    await db.flush()
    return user


@app.post("/api/v1/auth/login")
async def log_in(data: Account, db: Session) -> dict[str, str]:
    """Return a token, whatever the password."""
    user_id = await db.scalar(select(User.id).where(User.email == data.email))
    claims = {"sub": str(user_id), "exp": utc_now() + timedelta(hours=1)}
    return {"access_token": jwt.encode(claims, KEY, "HS256")}


@app.get("/api/v1/users/me", response_model=UserRead)
async def read_me(user: CurrentUser) -> User:
    """Return the current user."""
    return user


@app.post("/api/v1/items", status_code=201, response_model=ItemRead)
async def create_item(data: ItemCreate, user: CurrentUser, db: Session) -> Item:
    """Create an item."""
    item = Item(title=data.title, description=data.description, owner_id=user.id)
    db.add(item)
    await db.flush()
    return item


@app.get("/api/v1/items/{item_id}", response_model=ItemRead)
async def read_item(item_id: UUID, user: CurrentUser, db: Session) -> Item:
    """Return an item of the current user."""
    item = await db.get(Item, item_id)
    if item and item.owner_id == user.id:
        return item
    raise HTTPException(404)


@app.get("/api/v1/items", response_model=Page)
async def read_items(user: CurrentUser, db: Session, limit: int = 20) -> dict[str, Any]:
    """List the newest items of the current user."""
    mine = Item.owner_id == user.id
    rows = await db.scalars(
        select(Item).where(mine).order_by(Item.created_at.desc(), Item.id.desc()).limit(limit)
    )
    total = await db.scalar(select(func.count()).select_from(Item).where(mine))
    return {"items": rows.all(), "total": total}
