"""Database migrations at the start of the application, for development."""

import structlog
from alembic import command
from alembic.config import Config
from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings

log = structlog.get_logger(__name__)


async def migrate(settings: Settings) -> None:
    """Upgrade the database to the latest revision.

    An error of the database is logged; an error of Alembic, such as an unknown revision in the
    database, stops the application.
    """
    config = Config("alembic.ini")
    config.attributes["settings"] = settings
    try:
        await to_thread.run_sync(command.upgrade, config, "head")
    except (OSError, SQLAlchemyError) as error:
        cause = str(getattr(error, "orig", error)).partition("\n")[0]
        log.error("the database was not migrated", cause=cause)
