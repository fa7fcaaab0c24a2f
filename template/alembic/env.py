"""How Alembic reaches the database: with the application's own engine."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from app.config import get_settings
from app.core.database import create_engine
from app.models import Base


def migrate(connection: Connection) -> None:
    """Run the migrations on this connection."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        user_module_prefix="",
    )
    with context.begin_transaction():
        context.run_migrations()


async def connect() -> None:
    """Connect, run the migrations and disconnect."""
    engine = create_engine(context.config.attributes.get("settings") or get_settings())
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


asyncio.run(connect())
