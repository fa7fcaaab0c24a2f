"""Findings about the database and the settings: `app check` prints them, the start logs them."""

import logging
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, NamedTuple

import structlog
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from anyio import fail_after
from pydantic_settings.sources import DotEnvSettingsSource
from sqlalchemy import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.core.database import create_engine

ENV_FILE = Path(".env")
TIMEOUT = 5  # seconds

log = structlog.get_logger(__name__)


class CannotStart(Exception):
    """The database does not answer or lacks revisions: most requests would fail."""


class Finding(NamedTuple):
    """An error or a warning, in one sentence."""

    level: Literal["error", "warning"]
    message: str


async def check_start(settings: Settings) -> None:
    """Log the findings at the start of the server; production starts all the same.

    Raises:
        CannotStart: In development, if the database cannot be used.
    """
    for level, message in await list_findings(settings):
        if level == "error" and settings.environment == "development":
            raise CannotStart(message)
        log.log(logging.ERROR if level == "error" else logging.WARNING, message)


async def list_findings(settings: Settings) -> list[Finding]:
    """Return the findings about the database, the settings and the names in `.env`."""
    warnings = [Finding("warning", warning) for warning in settings.list_warnings()]
    return [*await check_database(settings), *warnings, *check_names()]


async def check_database(settings: Settings) -> list[Finding]:
    """Return why the database cannot be used: it does not answer, or lacks revisions."""
    engine = create_engine(settings)
    try:
        with fail_after(TIMEOUT):
            async with engine.connect() as connection:
                present = set(await connection.run_sync(read_revisions))
    except (OSError, SQLAlchemyError, ValueError) as error:  # drivers raise ValueError for options
        return [Finding("error", describe_unavailable(engine.url, error))]
    finally:
        await engine.dispose()
    script = ScriptDirectory.from_config(Config("alembic.ini"))
    known = {revision.revision for revision in script.walk_revisions()}
    if unknown := present - known:
        names = ", ".join(sorted(unknown))
        return [Finding("warning", f"The database has revisions of another release: {names}.")]
    if present != set(script.get_heads()):
        return [Finding("error", "The database lacks revisions: run `alembic upgrade head`.")]
    return []


def describe_unavailable(url: URL, error: Exception) -> str:
    """Return a sentence about a database that does not accept connections, without its password."""
    cause = str(getattr(error, "orig", error)).partition("\n")[0] or "no answer in time"
    address = url.set(query={}).render_as_string()
    return f"DATABASE_URL: the database {address} does not answer: {cause.rstrip('.')}."


def read_revisions(connection: Connection) -> tuple[str, ...]:
    """Return the revisions that the database has."""
    return MigrationContext.configure(connection).get_current_heads()


def check_names() -> list[Finding]:
    """Return the variables in `.env` that are written almost like a setting."""
    names = {name.upper() for name in Settings.model_fields}
    try:
        variables = DotEnvSettingsSource(Settings, ENV_FILE).env_vars
    except (OSError, UnicodeError):
        return []  # loading the settings reports it
    return [
        Finding("warning", f"{name} in .env is no setting: is {close[0]} meant?")
        for name in map(str.upper, variables)
        if name not in names and (close := get_close_matches(name, names, 1, 0.9))
    ]
