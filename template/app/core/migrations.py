"""Bring the database up to date when the application starts, in development."""

import structlog
from alembic import command
from alembic.config import Config
from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings

log = structlog.stdlib.get_logger(__name__)


async def migrate(settings: Settings) -> None:
    """Apply what is missing, or log why that failed: the rest of the application may work."""
    config = Config("alembic.ini")
    config.attributes["settings"] = settings
    try:
        await to_thread.run_sync(command.upgrade, config, "head")
    except (OSError, SQLAlchemyError):
        log.exception("the database was not migrated")
