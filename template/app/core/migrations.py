"""Database migrations at the start of the application, for development."""

import structlog
from alembic import command
from alembic.config import Config
from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings

log = structlog.stdlib.get_logger(__name__)


async def migrate(settings: Settings) -> None:
    """Upgrade the database to the latest revision.

    An error of the database is logged, and the application starts anyway; an error of Alembic,
    such as an unknown revision in the database, stops it.
    """
    config = Config("alembic.ini")
    config.attributes["settings"] = settings
    try:
        await to_thread.run_sync(command.upgrade, config, "head")
    except (OSError, SQLAlchemyError):
        log.exception("the database was not migrated")
